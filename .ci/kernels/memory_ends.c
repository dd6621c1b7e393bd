/* memory_ends WAY: fills 64 chunks and copies them lazily; then, as root, lets the kernel
 * promise no more memory, and asks for some of it: "writable" by chunk_make_writable,
 * "eager" by chunks_copy_eager, "write" by a first write. Exit status: 0 the answer was the
 * one in lazycopy.h, 1 it was another, 2 this could not be tried; or how the kernel or the
 * library ended it. */
#include <errno.h>
#include <lazycopy.h>
#include <stdio.h>
#include <string.h>

enum { CHUNKS = 64 };

static int set(const char *path, const char *value) {
  FILE *file = fopen(path, "w");
  if (!file) return 0;
  int written = fputs(value, file) >= 0;
  return fclose(file) == 0 && written;
}

static int fails(const char *what, int refused) {
  printf("%s: %s, errno: %s\n", what, refused ? "refused" : "not refused", strerror(errno));
  return !(refused && errno == ENOMEM);
}

int main(int argc, char **argv) {
  if (argc != 2) return 2;
  char *block = chunks_alloc(CHUNKS);
  if (!block) return 2;
  memset(block, 'x', (size_t)CHUNKS * CHUNKSIZE);
  char *copy = chunks_copy_lazy(block, CHUNKS);
  if (!copy) return 2;
  if (!set("/proc/sys/vm/overcommit_memory", "2") || !set("/proc/sys/vm/overcommit_kbytes", "1")) return 2;
  errno = 0;
  if (strcmp(argv[1], "writable") == 0)
    return fails("chunk_make_writable", chunk_make_writable(copy, CHUNKSIZE) != 0);
  if (strcmp(argv[1], "eager") == 0) return fails("chunks_copy_eager", !chunks_copy_eager(copy, CHUNKS));
  for (int i = 0; i < CHUNKS; i++) *(volatile char *)(copy + (size_t)i * CHUNKSIZE) = 'y';
  return 1;
}
