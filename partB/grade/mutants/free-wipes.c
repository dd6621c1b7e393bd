/* chunk_free wipes the memory first, also that of the chunks that share it. */
#include "hooks.h"
#define chunk_free plain_free
#include "free-plain.c"
#undef chunk_free

int chunk_free(void *chunk) {
  mprotect(chunk, CHUNKSIZE, PROT_READ | PROT_WRITE);
  memset(chunk, 0, CHUNKSIZE);
  return plain_free(chunk);
}
