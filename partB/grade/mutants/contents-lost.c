/* The last page is forgotten when the contents are put back. */
#include "hooks.h"

enum { PAGE = 4096 };

static void *copy_start(void *to, const void *from, size_t size) {
  return memcpy(to, from, size);
}

static void *copy_contents(void *to, const void *from, size_t size) {
  return memcpy(to, from, size - PAGE);
}

static void *copy_chunk(void *to, const void *from, size_t size) {
  return memcpy(to, from, size);
}

#define memcpy(to, from, size) copy_##from(to, from, size)
#include "../../handout/handout.c"
