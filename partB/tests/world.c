#include "world.h"

#include <stdlib.h>
#include <string.h>

#include "support.h"

struct world world;

static struct pair *find(const char *chunk) {
  for (size_t i = 0; i < world.live; i++) {
    if (world.pairs[i].chunk == chunk) return &world.pairs[i];
  }
  return NULL;
}

char *world_plain(const char *chunk) {
  struct pair *pair = find(chunk);
  return pair ? pair->plain : NULL;
}

void world_add(char *chunks, size_t count, const char *source) {
  CHECK(world.live + count <= MOST_CHUNKS);
  for (size_t i = 0; i < count; i++) {
    char *plain = calloc(1, CHUNKSIZE);
    CHECK(plain && !find(chunks + i * CHUNKSIZE));
    if (source) memcpy(plain, world_plain(source + i * CHUNKSIZE), CHUNKSIZE);
    world.pairs[world.live++] = (struct pair){chunks + i * CHUNKSIZE, plain};
  }
}

void world_remove(const char *chunks, size_t count) {
  for (size_t i = 0; i < count; i++) {
    struct pair *pair = find(chunks + i * CHUNKSIZE);
    CHECK(pair);
    free(pair->plain);
    *pair = world.pairs[--world.live];
  }
}

size_t world_run(const char *chunk, size_t limit) {
  size_t count = 0;
  while (count < limit && find(chunk + count * CHUNKSIZE)) count++;
  return count;
}

int pair_agrees(const struct pair *pair) {
  return memcmp(pair->chunk, pair->plain, CHUNKSIZE) == 0;
}

int world_agrees(void) {
  for (size_t i = 0; i < world.live; i++) {
    if (!pair_agrees(&world.pairs[i])) return 0;
  }
  return 1;
}
