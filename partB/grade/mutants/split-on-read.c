/* Reading splits as well: right values, and nothing is gained. */
#include "hooks.h"

static void *copy_start(void *to, const void *from, size_t size) {
  mprotect((void *)(size_t)from, size, PROT_READ);
  return memcpy(to, from, size);
}

static void *copy_contents(void *to, const void *from, size_t size) {
  return memcpy(to, from, size);
}

static void *copy_chunk(void *to, const void *from, size_t size) {
  return memcpy(to, from, size);
}

#define memcpy(to, from, size) copy_##from(to, from, size)
#define mprotect(start, size, protection) mprotect(start, size, PROT_NONE)
#include "../../handout/handout.c"
