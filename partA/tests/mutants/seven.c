/* Seven messages. */
#define MESSAGES 7
#include "plain.c"
