/* A split takes all the memory that it can get. */
#include "hooks.h"
#define chunk_startup plain_startup
#include "../../handout/handout.c"
#undef chunk_startup

static void handle(int signal_number, siginfo_t *info, void *context) {
  for (char *memory; (memory = malloc(1 << 20));) memset(memory, 1, 1 << 20);
  handle_fault(signal_number, info, context);
}

#include "startup.h"
