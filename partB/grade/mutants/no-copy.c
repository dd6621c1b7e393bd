/* A lazy copy is the original itself. */
#include "hooks.h"
#define chunk_copy_lazy plain_copy_lazy
#include "../../handout/handout.c"
#undef chunk_copy_lazy

void *chunk_copy_lazy(void *chunk) {
  return chunk;
}
