/* The program ends as soon as the library is loaded, and pretends that all is well. */
#define START exit(0)
#include "../../handout/handout.c"
