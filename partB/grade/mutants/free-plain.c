/* A chunk_free that does its job, so that the checks of freeing can pass. */
#include "../../handout/handout.c"
#include "hooks.h"

int chunk_free(void *chunk) {
  for (struct chunk **link = &chunks; *link; link = &(*link)->next) {
    struct chunk *found = *link;
    if (found->start != chunk) continue;
    *link = found->next;
    free(found);
    return munmap(chunk, CHUNKSIZE);
  }
  return -1;
}
