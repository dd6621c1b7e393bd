/* A lazy copy is the original's memory at another address, and the original is gone. */
#include "hooks.h"
#define chunk_copy_lazy plain_copy_lazy
#include "../../handout/handout.c"
#undef chunk_copy_lazy

void *chunk_copy_lazy(void *chunk) {
  void *place = mmap(NULL, CHUNKSIZE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  return mremap(chunk, CHUNKSIZE, CHUNKSIZE, MREMAP_MAYMOVE | MREMAP_FIXED, place);
}
