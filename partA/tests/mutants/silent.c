/* No message. */
#define PRINT(message) (void)(message)
#include "plain.c"
