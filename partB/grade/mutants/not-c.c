/* Does not compile. */
#include "hooks.h"
#define CHUNKSIZE 0x10000 bytes
void *chunk_alloc(void) {
  return malloc(CHUNKSIZE);
}
