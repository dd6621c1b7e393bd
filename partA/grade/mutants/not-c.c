/* Does not compile. */
#define MESSAGES ten
#include "../../handout/handout.c"
