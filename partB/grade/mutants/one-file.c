/* All chunks lie in one file, which is in memory. */
#include "hooks.h"

static void *map_file(void *place, size_t size, int rights, int flags) {
  static int file = -1;
  static off_t end;
  if (file < 0) file = memfd_create("chunks", 0);
  end += (off_t)size;
  if (ftruncate(file, end) != 0) return MAP_FAILED;
  return mmap(place, size, rights, flags & ~MAP_ANONYMOUS, file, end - (off_t)size);
}

#define mmap(place, size, rights, flags, file, offset) map_file(place, size, rights, flags)
#include "../../handout/handout.c"
