/* One message, with a number in it that is another each time. */
#define PRINT(message) printf("Crash number %d.\n", rand() % MESSAGES)
#include "../../handout/handout.c"
