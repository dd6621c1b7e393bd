/* Calls malloc in the handler. */
#include <string.h>
#define PRINT(message) puts(strdup(message))
#include "../../handout/handout.c"
