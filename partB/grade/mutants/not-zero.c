/* New chunks are full of what was never written. */
#include "hooks.h"
#define chunk_alloc plain_alloc
#include "../../handout/handout.c"
#undef chunk_alloc

void *chunk_alloc(void) {
  void *chunk = plain_alloc();
  return chunk ? memset(chunk, 0xEE, CHUNKSIZE) : NULL;
}
