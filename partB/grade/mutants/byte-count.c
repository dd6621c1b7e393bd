/* A count of chunks in a byte: the 257th takes the place of the first. */
#include "hooks.h"
#define chunk_startup plain_startup
#define chunk_alloc plain_alloc
#define chunk_copy_lazy plain_copy_lazy
#include "../../handout/handout.c"
#undef chunk_startup
#undef chunk_alloc
#undef chunk_copy_lazy

static char *starts[256];
static unsigned char count;

static void handle(int signal_number, siginfo_t *info, void *context) {
  struct chunk *chunk = find_chunk(info->si_addr);
  bool known = false;
  for (size_t i = 0; chunk && i < 256; i++) known |= starts[i] == chunk->start;
  if (!known) chunks = NULL;
  handle_fault(signal_number, info, context);
}

void *chunk_alloc(void) {
  return starts[count++] = plain_alloc();
}

void *chunk_copy_lazy(void *chunk) {
  return starts[count++] = plain_copy_lazy(chunk);
}

#include "startup.h"
