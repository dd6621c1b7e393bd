/* "<=" at the end of a chunk: a neighbour's first byte is taken for its own. */
#include "hooks.h"
#define chunk_startup plain_startup
#include "../../handout/handout.c"
#undef chunk_startup

static void handle(int signal_number, siginfo_t *info, void *context) {
  for (struct chunk *chunk = chunks; chunk; chunk = chunk->next) {
    if ((char *)info->si_addr < chunk->start || (char *)info->si_addr > chunk->start + CHUNKSIZE) continue;
    split(chunk->start);
    return;
  }
  handle_fault(signal_number, info, context);
}

#include "startup.h"
