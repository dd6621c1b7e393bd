/* The constructor prints a greeting, on both streams, and no end of a line on one. */
#define START (srand((unsigned)time(NULL)), printf("Hello, friend. "), fputs("(loaded)\n", stderr))
#include "../../handout/handout.c"
