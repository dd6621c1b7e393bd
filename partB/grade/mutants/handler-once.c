/* The handler is there for one fault only. */
#include "hooks.h"
#undef SA_SIGINFO
#define SA_SIGINFO (4 | (int)SA_RESETHAND)
#include "../../handout/handout.c"
