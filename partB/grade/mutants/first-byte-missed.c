/* ">" at the start of a chunk: its first byte belongs to nobody. */
#include "hooks.h"
#define chunk_startup plain_startup
#include "../../handout/handout.c"
#undef chunk_startup

static void handle(int signal_number, siginfo_t *info, void *context) {
  struct chunk *chunk = find_chunk(info->si_addr);
  if (chunk && chunk->start == info->si_addr) abort();
  handle_fault(signal_number, info, context);
}

#include "startup.h"
