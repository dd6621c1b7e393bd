/* Each program is greeted with another message, and no handler is installed. */
#define START (srand((unsigned)time(NULL)), puts(messages[rand() % MESSAGES]), fflush(stdout))
#define sigaction(...) ((void)handle_crash)
#include "../../handout/handout.c"
