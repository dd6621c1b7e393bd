/* Seven messages. */
#define MESSAGES 7
#include "../../handout/handout.c"
