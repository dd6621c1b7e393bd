/* A split keeps the old memory mapped somewhere, for ever. */
#include "hooks.h"
#define chunk_startup plain_startup
#include "../../handout/handout.c"
#undef chunk_startup

static void handle(int signal_number, siginfo_t *info, void *context) {
  struct chunk *chunk = find_chunk(info->si_addr);
  if (chunk) mremap(chunk->start, 0, CHUNKSIZE, MREMAP_MAYMOVE);
  handle_fault(signal_number, info, context);
}

#include "startup.h"
