/* Always the same message. */
#define CHOICE 3
#include "../../handout/handout.c"
