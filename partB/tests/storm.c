#include "storm.h"

#include "support.h"

static char *common;

void storm_prepare(void) {
  common = new_block(COMMON, 77);
}

int storm_common_holds(void) {
  return holds(common, COMMON, 77);
}

static void drop(struct storm_block *block) {
  if (!block->chunks) return;
  CHECK(holds(block->chunks, block->count, block->seed));
  CHECK(chunks_free(block->chunks, block->count) == 0);
  block->chunks = NULL;
}

void storm_step(struct storm *storm) {
  struct storm_block *block = &storm->blocks[random_below(&storm->dice, STORM_BLOCKS)],
                     *from = &storm->blocks[random_below(&storm->dice, STORM_BLOCKS)],
                     source =
                         from->chunks && from != block ? *from : (struct storm_block){common, COMMON, 77};
  void *(*const ways[])(void *, size_t) = {chunks_copy_lazy, chunks_snapshot, chunks_copy_eager};
  size_t way = random_below(&storm->dice, 20);
  drop(block);
  *block = source;
  block->chunks = ways[way == 0 ? 2 : way % 2](source.chunks, source.count);
  CHECK(block->chunks);
  if (random_below(&storm->dice, 2) == 0)
    fill(block->chunks, block->count, block->seed = random_next(&storm->dice));
  if (random_below(&storm->dice, 8) == 0)
    CHECK(chunk_make_writable(block->chunks, block->count * CHUNKSIZE) == 0);
  if (random_below(&storm->dice, 4) == 0) poke(block->chunks, peek(block->chunks));
}

void storm_end(struct storm *storm) {
  for (size_t i = 0; i < STORM_BLOCKS; i++) drop(&storm->blocks[i]);
}
