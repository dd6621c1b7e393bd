/* Right: new chunks are put at the end of the list. */
#include "hooks.h"
#define chunk_alloc plain_alloc
#define chunk_copy_lazy plain_copy_lazy
#include "../../handout/handout.c"
#undef chunk_alloc
#undef chunk_copy_lazy

/* The plain answer has put the newest chunk first. */
static void *put_last(void *start) {
  static struct chunk *oldest, **end = &oldest;
  *end = chunks;
  end = &chunks->next;
  *end = NULL;
  chunks = oldest;
  return start;
}

void *chunk_alloc(void) {
  return put_last(plain_alloc());
}

void *chunk_copy_lazy(void *chunk) {
  return put_last(plain_copy_lazy(chunk));
}
