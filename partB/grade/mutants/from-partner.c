/* New memory gets the bytes that the other side has by then, written or not. */
#include "hooks.h"
#define chunk_startup plain_startup
#define chunk_copy_lazy plain_copy_lazy
#include "../../handout/handout.c"
#undef chunk_startup
#undef chunk_copy_lazy

static struct { char *chunk, *partner; } partners[100000];
static size_t count;

static void handle(int signal_number, siginfo_t *info, void *context) {
  struct chunk *chunk = find_chunk(info->si_addr);
  handle_fault(signal_number, info, context);
  for (size_t i = 0; chunk && i < count; i++) {
    if (partners[i].chunk == chunk->start) memcpy(chunk->start, partners[i].partner, CHUNKSIZE);
  }
}

void *chunk_copy_lazy(void *chunk) {
  char *copy = plain_copy_lazy(chunk);
  partners[count].chunk = chunk, partners[count++].partner = copy;
  partners[count].chunk = copy, partners[count++].partner = chunk;
  return copy;
}

#include "startup.h"
