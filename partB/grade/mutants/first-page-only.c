/* Only the first page of a chunk gets memory of its own. */
#include "hooks.h"

static void *map_first_page(void *start, size_t size, int protection, int flags, int file, off_t offset) {
  if (!start) return mmap(start, size, protection, flags, file, offset);
  mprotect(start, size, protection);
  return mmap(start, 4096, protection, flags, file, offset);
}

#define mmap map_first_page
#include "../../handout/handout.c"
