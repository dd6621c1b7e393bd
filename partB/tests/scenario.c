#include "scenario.h"

#include <errno.h>
#include <stdatomic.h>
#include <string.h>

#include "check.h"
#include "support.h"

enum { BLOCKS = 10, MOST = 3, WORDS = CHUNKSIZE / sizeof(uint64_t) };

static size_t count;         /* chunks of each block */
static size_t copied_lazily; /* chunks */

static struct {
  char *chunks;         /* NULL: none */
  int original;         /* of which it is a copy */
  uint64_t marks[MOST]; /* written over the first word of each chunk; 0: not */
} blocks[BLOCKS];

static uint64_t originals[2][MOST][WORDS];

static int block_is_right(int i) {
  if (!blocks[i].chunks) return 1;
  for (size_t j = 0; j < count; j++) {
    const uint64_t *chunk = (const void *)(blocks[i].chunks + j * CHUNKSIZE);
    const uint64_t *original = originals[blocks[i].original][j];
    if (chunk[0] != (blocks[i].marks[j] ? blocks[i].marks[j] : original[0])) return 0;
    if (memcmp(chunk + 1, original + 1, CHUNKSIZE - sizeof *chunk) != 0) return 0;
  }
  return 1;
}

void check_all_blocks(void) {
  for (int i = 0; i < BLOCKS; i++) CHECK(block_is_right(i));
}

/* Takes what a function returned: a block, or NULL for lack of memory. */
static void *had(void *chunks) {
  CHECK(chunks || errno == ENOMEM);
  return chunks;
}

static void allocate(int i, int original) {
  blocks[i].chunks = had(chunks_alloc(count));
  if (!blocks[i].chunks) return;
  CHECK(is_zero(blocks[i].chunks, count));
  memset(blocks[i].marks, 0, sizeof blocks[i].marks);
  blocks[i].original = original;
  memcpy(blocks[i].chunks, originals[original], count * CHUNKSIZE);
}

static void copy(int from, int to, void *(*copy_chunks)(void *, size_t)) {
  if (!blocks[from].chunks) return;
  blocks[to] = blocks[from];
  blocks[to].chunks = had(copy_chunks(blocks[from].chunks, count));
  if (copy_chunks == chunks_copy_lazy) copied_lazily += count;
}

/* Of the same original. For want of memory, each chunk has its old bytes or its new ones. */
static void restore(int to, int from) {
  if (!blocks[from].chunks || !blocks[to].chunks) return;
  int works = chunks_restore(blocks[to].chunks, blocks[from].chunks, count) == 0;
  CHECK(works || errno == ENOMEM);
  for (size_t j = 0; j < count; j++) {
    uint64_t first = *(volatile uint64_t *)(blocks[to].chunks + j * CHUNKSIZE);
    if (works || first != blocks[to].marks[j]) blocks[to].marks[j] = blocks[from].marks[j];
  }
}

/* Writes the first word of every step-th chunk. */
static void mark(int i, size_t step) {
  static uint64_t marks = 1;
  if (!blocks[i].chunks) return;
  errno = 4711; /* which the faults must leave alone, whatever is refused to them */
  for (size_t j = 0; j < count; j += step) {
    *(volatile uint64_t *)(blocks[i].chunks + j * CHUNKSIZE) = blocks[i].marks[j] = ++marks;
  }
  atomic_signal_fence(memory_order_seq_cst);
  CHECK(errno == 4711);
}

void mark_all_blocks(void) {
  for (int i = 0; i < BLOCKS; i++) mark(i, 1);
}

static void release(int i) {
  if (blocks[i].chunks) CHECK(chunks_free(blocks[i].chunks, count) == 0);
  blocks[i].chunks = NULL;
}

static void make_writable(int i) {
  if (blocks[i].chunks)
    CHECK(chunk_make_writable(blocks[i].chunks, count * CHUNKSIZE) == 0 || errno == ENOMEM);
}

size_t run_scenario(void) {
  count = full_or(MOST, 2);
  for (int i = 0; i < 2; i++) fill(originals[i], count, 100 + (uint64_t)i);
  allocate(0, 0);
  copy(0, 1, chunks_copy_lazy);
  copy(1, 2, chunks_copy_lazy);
  mark(1, 2);
  copy(1, 3, chunks_snapshot); /* scattered */
  mark(1, 1);
  restore(1, 3);
  check_all_blocks();
  mark(0, 3);
  copy(2, 4, chunks_copy_eager);
  release(2);
  mark(3, 1);
  make_writable(1);
  copy(3, 5, chunks_copy_lazy);
  release(0);
  allocate(6, 1);
  copy(6, 7, chunks_copy_lazy);
  release(6);
  mark(7, 2);
  check_all_blocks();
  copy(7, 8, chunks_copy_lazy);
  make_writable(8);
  mark(5, 2);
  copy(5, 9, chunks_copy_lazy);
  release(4);
  mark(5, 1);
  return copied_lazily;
}

void check_recovered(void) {
  check_all_blocks();
  mark_all_blocks();
  check_all_blocks();
  for (int i = 0; i < BLOCKS; i++) release(i);
  CHECK(chunk_free(chunk_alloc()) == 0); /* time to unmap what could not be unmapped before */
  CHECK(stats().live_chunks == 0 && stats().frames_in_use == 0 && stats().sharing_chunks == 0);
  CHECK(lazycopy_is_valid(1));
  allocate(0, 0);
  copy(0, 1, chunks_copy_lazy);
  mark(0, 1);
  CHECK(blocks[1].chunks);
  check_all_blocks();
}
