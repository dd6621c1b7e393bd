/* Forgets _GNU_SOURCE and a header, and has a main and a warning; otherwise right. */
#include <sys/mman.h>

static void warned_about(void) {
  int unused;
}

static void *grow(void *chunk) {
  return mremap(chunk, 0, 0x10000, MREMAP_MAYMOVE);
}

int main(void) {
  printf("%p\n", grow(NULL));
  return 0;
}

#include "../../handout/handout.c"
