/* The seed is the address of a variable: random where addresses are. */
#define START (srand((unsigned)(size_t) & (int){0} >> 4))
#include "../../handout/handout.c"
