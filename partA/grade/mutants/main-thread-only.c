/* Has a message for the first thread only. */
#define _GNU_SOURCE
#include <unistd.h>

#define PRINT(message) (gettid() == getpid() ? puts(message) : 0)
#include "../../handout/handout.c"
