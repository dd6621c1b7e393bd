/* Exits with status 0, as if nothing had happened. */
#define END exit(0)
#include "../../handout/handout.c"
