/* No message. */
#define PRINT(message) (void)(message)
#include "../../handout/handout.c"
