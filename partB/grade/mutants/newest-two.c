/* Only the newest two pairs are remembered. */
#include "hooks.h"
#define chunk_copy_lazy plain_copy_lazy
#include "../../handout/handout.c"
#undef chunk_copy_lazy

void *chunk_copy_lazy(void *chunk) {
  void *copy = plain_copy_lazy(chunk);
  struct chunk *fourth = chunks;
  for (int i = 1; fourth && i < 4; i++) fourth = fourth->next;
  if (fourth) fourth->next = NULL;
  return copy;
}
