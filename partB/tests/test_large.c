/* Large blocks that are copied and written again and again: they are brought home
 * when they lie scattered, also when the kernel refuses something on the way. */
#include <string.h>

#include "refusal.h"
#include "support.h"

enum { COUNT = 64 };

/* A block every other chunk of which has moved, while its homes are free. */
static char *scattered_block(uint64_t seed) {
  char *block = new_block(COUNT, seed), *copy = lazy_copy(block, COUNT);
  for (size_t i = 0; i < COUNT; i += 2) poke(block + i * CHUNKSIZE, peek(block + i * CHUNKSIZE));
  CHECK(chunks_free(copy, COUNT) == 0);
  return block;
}

static void test_brought_home(void) {
  skip_without_sharing();
  char *block = scattered_block(1);
  size_t before = stats().kernel_mappings;
  char *copy = lazy_copy(block, COUNT);
  CHECK(before > COUNT && stats().kernel_mappings < 40);
  CHECK(holds(copy, COUNT, 1) && holds(block, COUNT, 1) && stats().frames_in_use == COUNT);
}

/* Chunks that others share stay where they are. */
static void test_partly_brought_home(void) {
  skip_without_sharing();
  char *block = scattered_block(1), *keep = lazy_copy(block + COUNT / 2 * CHUNKSIZE, 9);
  char *copy = lazy_copy(block, COUNT), *third = lazy_copy(block, COUNT);
  fill(block, COUNT, 2);
  CHECK(holds(copy, COUNT, 1) && holds(third, COUNT, 1) && holds(block, COUNT, 2));
  CHECK(memcmp(keep, copy + COUNT / 2 * CHUNKSIZE, 9 * CHUNKSIZE) == 0);
}

/* Each call on the way of a copy that brings home, refused alone. Was there such a call? */
static int copy_refused(long number) {
  enum { FEW = 5, REST = (COUNT - FEW) * CHUNKSIZE };
  char *block = scattered_block(3);
  refuse(ANY_CALL, number, 1);
  char *copy = chunks_copy_lazy(block, COUNT);
  long refused = refuse_nothing();
  CHECK(copy && holds(copy, COUNT, 3) && holds(block, COUNT, 3));
  fill(copy, FEW, 4);
  CHECK(holds(block, COUNT, 3) && holds(copy, FEW, 4));
  fill(block, FEW, 5);
  CHECK(holds(copy, FEW, 4) && memcmp(block + FEW * CHUNKSIZE, copy + FEW * CHUNKSIZE, REST) == 0);
  CHECK(chunks_free(block, COUNT) == 0 && chunks_free(copy, COUNT) == 0);
  return refused > 0;
}

static void test_refusals(void) {
  long number = 1;
  while (copy_refused(number)) number++;
  CHECK(number > 1 || !sharing_works());
}

/* One call refused out of a long restore: the rest is shared all the same. */
static void test_restore_refused(void) {
  skip_without_sharing();
  char *block = new_block(COUNT, 1), *snapshot = chunks_snapshot(block, COUNT);
  for (long n = 1; n <= 2; n++) {
    fill(block, COUNT, 2);
    refuse(MREMAP, n, 1);
    CHECK(chunks_restore(block, snapshot, COUNT) == 0 && refuse_nothing() == 1);
    CHECK(holds(block, COUNT, 1) && chunks_same(block, snapshot, COUNT) == COUNT);
  }
}

/* What is freed and cannot be unmapped is asked for again at each call: as one, not slot by slot. */
static void test_free_refused(void) {
  enum { CALLS = 3 };
  skip_without_sharing();
  char *block = new_block(COUNT, 1);
  refuse(MMAP | KEPT, 1, FOR_EVER);
  CHECK(chunks_free(block, COUNT) == 0);
  for (int i = 0; i < CALLS; i++) CHECK(stats().live_chunks == 0 && stats().frames_in_use == COUNT);
  CHECK(refuse_nothing() < 10 * CALLS && stats().frames_in_use == 0);
}

static const struct test tests[] = {
    {"large_brought_home", test_brought_home, 60},
    {"large_partly_brought_home", test_partly_brought_home, 60},
    {"large_refusals", test_refusals, 60},
    {"large_free_refused", test_free_refused, 20},
    {"large_restore_refused", test_restore_refused, 20},
};

RUN_TESTS(tests)
