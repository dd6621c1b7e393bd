/* The handler leaves an errno behind. */
#include "hooks.h"
#define chunk_startup plain_startup
#include "../../handout/handout.c"
#undef chunk_startup

static void handle(int signal_number, siginfo_t *info, void *context) {
  handle_fault(signal_number, info, context);
  errno = ENOENT;
}

#include "startup.h"
