/* Who has crashed is told that a friend is still here. */
#define PRINT(message) printf("I am still here: %s\n", message)
#include "../../handout/handout.c"
