/* Does not compile. */
#define MESSAGES ten
#include "plain.c"
