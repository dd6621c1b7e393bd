/* Room for 7,100 chunks. */
#include "hooks.h"
#define chunk_alloc plain_alloc
#include "../../handout/handout.c"
#undef chunk_alloc

void *chunk_alloc(void) {
  static int count;
  return count++ < 7100 ? plain_alloc() : NULL;
}
