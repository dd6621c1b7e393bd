/* Each program is greeted with another message, and no handler is installed. */
#include <signal.h>

#define START (srand((unsigned)getpid()), puts(messages[rand() % MESSAGES]), fflush(stdout))
#define sigaction(...) ((void)handle_crash)
#include "../../handout/handout.c"
