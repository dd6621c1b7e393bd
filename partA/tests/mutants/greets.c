/* The constructor prints a greeting. */
#define START (srand((unsigned)time(NULL)), puts("Hello, friend."))
#include "plain.c"
