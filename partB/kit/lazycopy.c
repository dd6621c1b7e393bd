/* Part B: lazy copies of chunks. README.md beside this file tells what to build.
 * chunk_alloc and chunk_copy_eager are done; chunk_copy_lazy is not lazy yet. */
#define _GNU_SOURCE /* mremap; this line must stand above the first #include */
#include "lazycopy.h"

#include <string.h>
#include <sys/mman.h>

void chunk_startup(void) {}

/* MAP_SHARED, so that the kernel agrees to map the same memory a second time. */
void *chunk_alloc(void) {
  void *chunk = mmap(NULL, CHUNKSIZE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  return chunk == MAP_FAILED ? NULL : chunk;
}

void *chunk_copy_eager(void *chunk) {
  void *copy = chunk_alloc();
  return copy ? memcpy(copy, chunk, CHUNKSIZE) : NULL;
}

/* Yours to write. Until then the values are right, and nothing is gained. */
void *chunk_copy_lazy(void *chunk) {
  return chunk_copy_eager(chunk);
}
