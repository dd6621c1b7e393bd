/* The first hundred copies are lazy, and what comes after them is copied. */
#include "hooks.h"
#define chunk_copy_lazy plain_copy_lazy
#include "../../handout/handout.c"
#undef chunk_copy_lazy

void *chunk_copy_lazy(void *chunk) {
  static int copies;
  return copies++ < 100 ? plain_copy_lazy(chunk) : chunk_copy_eager(chunk);
}
