/* The handler returns, and the crash happens again. */
#define END (void)0
#include "../../handout/handout.c"
