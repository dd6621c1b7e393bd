/* The constructor crashes. */
#define START raise(SIGSEGV)
#include "plain.c"
