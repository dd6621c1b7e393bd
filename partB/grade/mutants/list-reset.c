/* chunk_alloc begins a new list: older chunks are nobody's. */
#include "hooks.h"
#define chunk_alloc plain_alloc
#include "../../handout/handout.c"
#undef chunk_alloc

void *chunk_alloc(void) {
  chunks = NULL;
  return plain_alloc();
}
