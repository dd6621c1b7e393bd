#include "world.h"

#include <stdlib.h>
#include <string.h>

#include "support.h"

struct world world;

struct pair *world_find(const char *chunk) {
  for (size_t i = 0; i < world.live; i++) {
    if (world.pairs[i].chunk == chunk) return &world.pairs[i];
  }
  return NULL;
}

void world_add(char *chunks, size_t count, const char *source) {
  CHECK(world.live + count <= MOST_CHUNKS);
  for (size_t i = 0; i < count; i++) {
    char *twin = calloc(1, CHUNKSIZE);
    CHECK(twin && !world_find(chunks + i * CHUNKSIZE));
    world.pairs[world.live++] = (struct pair){chunks + i * CHUNKSIZE, twin, 0};
  }
  if (source) world_copy(chunks, source, count);
}

void world_remove(const char *chunks, size_t count) {
  for (size_t i = 0; i < count; i++) {
    struct pair *pair = world_find(chunks + i * CHUNKSIZE);
    CHECK(pair);
    free(pair->twin);
    *pair = world.pairs[--world.live];
  }
}

void world_copy(const char *chunks, const char *source, size_t count) {
  for (size_t at = 0; at < count * CHUNKSIZE; at += CHUNKSIZE)
    memcpy(world_find(chunks + at)->twin, world_find(source + at)->twin, CHUNKSIZE);
}

size_t world_run(const char *chunk, size_t limit) {
  size_t count = 0;
  while (count < limit && world_find(chunk + count * CHUNKSIZE)) count++;
  return count;
}

void pair_write(struct pair *pair, size_t at, int value) {
  poke(pair->chunk + at, value);
  pair->twin[at] = (char)value;
}

void pair_fill(struct pair *pair, uint64_t seed) {
  fill(pair->chunk, 1, seed);
  fill(pair->twin, 1, seed);
}

int pair_agrees(const struct pair *pair) {
  return memcmp(pair->chunk, pair->twin, CHUNKSIZE) == 0;
}

int world_agrees(void) {
  for (size_t i = 0; i < world.live; i++) {
    if (!pair_agrees(&world.pairs[i])) return 0;
  }
  return 1;
}
