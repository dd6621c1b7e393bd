/* first_write MIB: fills so many MiB of chunks, copies them lazily and writes to
 * each chunk of the copy, as a program does that may meet the end of memory with a
 * first write. Exit status: 0 all values are right, 1 some are not, 3 a call was
 * refused; or how the kernel or the library ended it. */
#include <lazycopy.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int refused(const char *what) {
  perror(what);
  return 3;
}

int main(int argc, char **argv) {
  if (argc != 2) return 2;
  size_t chunks = strtoul(argv[1], NULL, 10) * (1 << 20) / CHUNKSIZE, wrong = 0;
  char *block = chunks_alloc(chunks);
  if (!block) return refused("chunks_alloc");
  for (size_t i = 0; i < chunks; i++) memset(block + i * CHUNKSIZE, (int)(i % 100), CHUNKSIZE);
  char *copy = chunks_copy_lazy(block, chunks);
  if (!copy) return refused("chunks_copy_lazy");
  /* Every other one first, so that the copy lies in pieces. */
  for (size_t i = 0; i < chunks; i += 2) copy[i * CHUNKSIZE + 5] = 'x';
  for (size_t i = 1; i < chunks; i += 2) copy[i * CHUNKSIZE + 5] = 'x';
  for (size_t i = 0; i < chunks; i++) {
    for (size_t j = 0; j < CHUNKSIZE; j++) {
      char old = (char)(i % 100);
      if (block[i * CHUNKSIZE + j] != old || copy[i * CHUNKSIZE + j] != (j == 5 ? 'x' : old)) wrong++;
    }
  }
  if (wrong) printf("%zu bytes are wrong\n", wrong);
  return wrong > 0;
}
