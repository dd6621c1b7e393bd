/* A chunk can be copied lazily once. */
#include "hooks.h"
#define chunk_copy_lazy plain_copy_lazy
#include "../../handout/handout.c"
#undef chunk_copy_lazy

void *chunk_copy_lazy(void *chunk) {
  static void *copied[100000];
  static size_t count;
  for (size_t i = 0; i < count && count < 2000; i++) {
    if (copied[i] == chunk) return NULL;
  }
  copied[count++] = chunk;
  return plain_copy_lazy(chunk);
}
