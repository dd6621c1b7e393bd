/* A library that goes wrong on purpose, to see that copytest tells: its lazy
 * copies and snapshots are the chunks themselves. The environment variable BROKEN makes
 * lazy copying fail ("memory"), crash ("crash"), take its time ("slow"), or do what it
 * should ("snapshot") instead. */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lazycopy.h"

void chunk_startup(void) {}

void *chunk_alloc(void) {
  return calloc(1, CHUNKSIZE);
}

void *chunk_copy_eager(void *chunk) {
  return memcpy(chunk_alloc(), chunk, CHUNKSIZE);
}

void *chunk_copy_lazy(void *chunk) {
  const char *broken = getenv("BROKEN");
  if (broken && strcmp(broken, "crash") == 0) raise(SIGSEGV);
  if (broken && strcmp(broken, "memory") == 0) {
    errno = ENOMEM;
    return NULL;
  }
  if (broken && strcmp(broken, "slow") == 0) {
    usleep(400000);
    return chunk_copy_eager(chunk);
  }
  return broken && strcmp(broken, "snapshot") == 0 ? chunk_copy_eager(chunk) : chunk;
}

void *chunk_snapshot(void *chunk) {
  return chunk;
}

int chunk_free(void *chunk) {
  free(chunk);
  return 0;
}

void chunk_get_stats(struct chunk_stats *stats) {
  *stats = (struct chunk_stats){0};
}
