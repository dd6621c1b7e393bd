/* Chunks, the oldest first, and "<=" at the end of each: right values as long as no
 * chunk lies just above an older one. */
#include "hooks.h"
#define chunk_startup plain_startup
#include "../../handout/handout.c"
#undef chunk_startup

static struct chunk *find_oldest(const char *address) {
  struct chunk *oldest = NULL;
  for (struct chunk *chunk = chunks; chunk; chunk = chunk->next) {
    if (address >= chunk->start && address <= chunk->start + CHUNKSIZE) oldest = chunk;
  }
  return oldest;
}

static void handle(int signal_number, siginfo_t *info, void *context) {
  struct chunk *chunk = find_oldest(info->si_addr);
  if (chunk) {
    split(chunk->start);
  } else {
    handle_fault(signal_number, info, context);
  }
}

#include "startup.h"
