/* An eager copy is the original itself. */
#include "hooks.h"
#define chunk_copy_eager plain_copy_eager
#include "../../handout/handout.c"
#undef chunk_copy_eager

void *chunk_copy_eager(void *chunk) {
  return chunk;
}
