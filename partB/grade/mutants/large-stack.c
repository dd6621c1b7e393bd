/* The handler has a large buffer on its stack. */
#include "hooks.h"
#define chunk_startup plain_startup
#include "../../handout/handout.c"
#undef chunk_startup

static void handle(int signal_number, siginfo_t *info, void *context) {
  volatile char buffer[CHUNKSIZE];
  for (size_t i = 0; i < CHUNKSIZE; i += 1024) buffer[i] = (char)i;
  handle_fault(signal_number, info, context);
}

#include "startup.h"
