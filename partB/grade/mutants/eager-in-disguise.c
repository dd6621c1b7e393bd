/* Eager in disguise: right values, and nothing is lazy. */
#include "hooks.h"
#define chunk_copy_lazy plain_copy_lazy
#include "../../handout/handout.c"
#undef chunk_copy_lazy

void *chunk_copy_lazy(void *chunk) {
  return chunk_copy_eager(chunk);
}
