/* The handler prints, by printf. */
#include "hooks.h"
#define chunk_startup plain_startup
#include "../../handout/handout.c"
#undef chunk_startup

static void handle(int signal_number, siginfo_t *info, void *context) {
  printf("fault at %p\n", info->si_addr);
  handle_fault(signal_number, info, context);
}

#include "startup.h"
