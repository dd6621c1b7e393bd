/* The constructor crashes. */
#define START raise(SIGSEGV)
#include "../../handout/handout.c"
