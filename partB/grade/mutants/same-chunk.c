/* chunk_alloc gives the same memory again and again. */
#include "hooks.h"
#define chunk_alloc plain_alloc
#include "../../handout/handout.c"
#undef chunk_alloc

void *chunk_alloc(void) {
  static void *chunk;
  if (!chunk) chunk = plain_alloc();
  return chunk;
}
