/* A lazy copy protects the newest chunk, whichever it was made of. */
#include "hooks.h"
#define chunk_alloc plain_alloc
#define chunk_copy_lazy plain_copy_lazy
#include "../../handout/handout.c"
#undef chunk_alloc
#undef chunk_copy_lazy

static void *newest;

void *chunk_alloc(void) {
  return newest = plain_alloc();
}

void *chunk_copy_lazy(void *chunk) {
  void *copy = plain_copy_lazy(chunk);
  mprotect(chunk, CHUNKSIZE, PROT_READ | PROT_WRITE);
  mprotect(newest, CHUNKSIZE, PROT_READ);
  return copy;
}
