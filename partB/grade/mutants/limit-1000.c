/* Room for 1,000 chunks. */
#include "hooks.h"
#define chunk_alloc plain_alloc
#include "../../handout/handout.c"
#undef chunk_alloc

void *chunk_alloc(void) {
  static int count;
  return count++ < 1000 ? plain_alloc() : NULL;
}
