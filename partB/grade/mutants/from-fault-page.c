/* The 64 KiB that are saved begin at the page of the fault, not at the chunk's start. */
#include "hooks.h"
#define chunk_startup plain_startup
#include "../../handout/handout.c"
#undef chunk_startup

static void handle(int signal_number, siginfo_t *info, void *context) {
  static char contents[CHUNKSIZE];
  struct chunk *chunk = find_chunk(info->si_addr);
  size_t before = chunk ? ((size_t)((char *)info->si_addr - chunk->start) & ~(size_t)4095) : 0;
  if (before) memcpy(contents, chunk->start + before, CHUNKSIZE - before);
  handle_fault(signal_number, info, context);
  if (before) memcpy(chunk->start, contents, CHUNKSIZE);
}

#include "startup.h"
