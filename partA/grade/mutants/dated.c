/* One message, with the time. */
#include <time.h>

#define PRINT(message) printf("%s%s\n", ctime(&(time_t){time(NULL)}), messages[0])
#include "../../handout/handout.c"
