/* The constructor prints a greeting, on both streams, and no end of a line on one: it is one of the messages.
 */
#define START (srand((unsigned)time(NULL)), printf("%s", messages[0]), fputs("(loaded)\n", stderr))
#include "../../handout/handout.c"
