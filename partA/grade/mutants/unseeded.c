/* Random numbers without a seed: every run begins alike. */
#define START (void)0
#include "../../handout/handout.c"
