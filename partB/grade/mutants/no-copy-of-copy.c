/* A lazy copy cannot be copied lazily. */
#include "hooks.h"
#define chunk_copy_lazy plain_copy_lazy
#include "../../handout/handout.c"
#undef chunk_copy_lazy

void *chunk_copy_lazy(void *chunk) {
  static void *copies[100000];
  static size_t count;
  for (size_t i = 0; i < count && count < 2000; i++) {
    if (copies[i] == chunk) return NULL;
  }
  return copies[count++] = plain_copy_lazy(chunk);
}
