/* Only the first half of the contents is put back. */
#include "hooks.h"
#define chunk_startup plain_startup
#include "../../handout/handout.c"
#undef chunk_startup

static void handle(int signal_number, siginfo_t *info, void *context) {
  struct chunk *chunk = find_chunk(info->si_addr);
  handle_fault(signal_number, info, context);
  if (chunk) memset(chunk->start + CHUNKSIZE / 2, 0, CHUNKSIZE / 2);
}

#include "startup.h"
