/* "< start + CHUNKSIZE - 1": the last byte of a chunk belongs to nobody. */
#include "hooks.h"
#define chunk_startup plain_startup
#include "../../handout/handout.c"
#undef chunk_startup

static void handle(int signal_number, siginfo_t *info, void *context) {
  struct chunk *chunk = find_chunk(info->si_addr);
  if (chunk && chunk->start + CHUNKSIZE - 1 == info->si_addr) abort();
  handle_fault(signal_number, info, context);
}

#include "startup.h"
