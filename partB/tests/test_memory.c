/* What memory lazy copies take, as the kernel counts it: none while they are
 * only read, one frame for each side once both are written, and everything back
 * with the system after the last free, but for a cache of at most 64 MiB. */
#include <stdlib.h>
#include <unistd.h>

#include "probe.h"
#include "support.h"

enum {
  CHUNK_KIB = CHUNKSIZE / 1024,
  CACHE = 1024,   /* frames, as lazycopy.h documents frames_cached */
  SLACK_KIB = 512 /* stdio buffers, records, stack */
};

static void test_read_only_copies(void) {
  skip_under_sanitizer();
  skip_without_sharing();
  enum { COUNT = 50, COPIES = 5 };
  char *block = new_block(COUNT, 1), *copies[COPIES];
  free(malloc(100000));
  long before = memory_kib();
  size_t frames = stats().frames_in_use;
  for (int i = 0; i < COPIES; i++) {
    copies[i] = lazy_copy(block, COUNT);
    read_all(copies[i], COUNT * CHUNKSIZE);
  }
  CHECK(stats().frames_in_use == frames);
  CHECK(stats().bytes_saved == (size_t)COPIES * COUNT * CHUNKSIZE);
  CHECK(memory_kib() - before < SLACK_KIB);
}

static void test_both_written(void) {
  skip_under_sanitizer();
  skip_without_sharing();
  enum { COUNT = 50 };
  long empty = memory_kib();
  char *block = new_block(COUNT, 1), *copy = lazy_copy(block, COUNT);
  fill(copy, COUNT, 2);
  fill(block, COUNT, 3);
  CHECK(holds(copy, COUNT, 2) && holds(block, COUNT, 3));
  CHECK(stats().frames_in_use == 2 * COUNT && stats().sharing_chunks == 0);
  CHECK(memory_kib() - empty < (2 * COUNT + 32) * CHUNK_KIB + SLACK_KIB);
}

static void allocate_and_free(size_t count, int split) {
  char *block = new_block(count, 1), *copy = chunks_copy_lazy(block, count), *eager;
  CHECK(copy);
  for (size_t i = 0; split && i < count; i += 2) poke(copy + i * CHUNKSIZE, 1);
  CHECK((eager = chunks_copy_eager(copy, count)));
  CHECK(chunks_free(block, count) == 0 && chunks_free(eager, count) == 0 && chunks_free(copy, count) == 0);
}

static void test_all_freed(void) {
  skip_under_sanitizer();
  need_mib(1500);
  const int COUNT = (int)full_or(2000, 30);
  long empty = memory_kib();
  for (int round = 0; round < 2; round++) {
    allocate_and_free(COUNT, round > 0);
    struct chunk_stats end = stats();
    CHECK(end.live_chunks == 0 && end.frames_in_use == 0 && end.frames_cached <= CACHE);
    CHECK(memory_kib() - empty < (long)end.frames_cached * CHUNK_KIB + SLACK_KIB + COUNT);
    CHECK(memory_kib() - empty < CACHE * CHUNK_KIB + SLACK_KIB + COUNT);
  }
}

/* Nothing but frees, of a chunk at a time: the memory does not wait for the next call of
 * another kind. A page of each frame tells as well as all of them. */
static void free_singly(size_t count, const unsigned *order) {
  const long PAGE_KIB = sysconf(_SC_PAGESIZE) / 1024;
  long empty = memory_kib();
  char *block = chunks_alloc(count);
  CHECK(block);
  for (size_t i = 0; i < count; i++) poke(block + i * CHUNKSIZE, 1);
  CHECK(memory_kib() - empty >= (long)count * PAGE_KIB);
  for (size_t i = 0; i < count; i++) CHECK(chunk_free(block + (size_t)order[i] * CHUNKSIZE) == 0);
  CHECK(memory_kib() - empty < CACHE * PAGE_KIB + SLACK_KIB + (long)count / 2);
}

static void test_freed_singly(void) {
  skip_under_sanitizer();
  skip_under_valgrind("valgrind keeps books on memory that is opened");
  enum { MOST = 4000 };
  const unsigned COUNT = (unsigned)full_or(MOST, 2000);
  static unsigned order[MOST];
  for (unsigned i = 0; i < COUNT; i++) order[i] = i;
  free_singly(COUNT, order);
  uint64_t state = 3;
  for (unsigned i = COUNT - 1; i > 0; i--) {
    size_t j = random_below(&state, i + 1);
    unsigned other = order[j];
    order[j] = order[i];
    order[i] = other;
  }
  free_singly(COUNT, order);
}

/* Memory not touched is not there. */
static void test_untouched(void) {
  skip_under_sanitizer();
  skip_under_valgrind("valgrind keeps books on memory that is opened");
  enum { COUNT = 2000 };
  if (!WIDE_ADDRESSES) test_skip("little address space");
  long empty = memory_kib();
  char *block = chunks_alloc(COUNT);
  CHECK(block);
  CHECK(memory_kib() - empty < SLACK_KIB + COUNT * 32 / 1024);
  poke(block + (size_t)1000 * CHUNKSIZE, 1);
  CHECK(memory_kib() - empty < 4 * SLACK_KIB + COUNT * 32 / 1024);
}

/* The library's own memory: at most 32 bytes for each chunk of address space. */
static void test_records(void) {
  skip_under_sanitizer();
  skip_without_sharing();
  const size_t COUNT = WIDE_ADDRESSES ? 2000 : 500;
  size_t copies = WIDE_ADDRESSES ? full_or(100, 10) : 2;
  char *block = chunks_alloc(COUNT);
  CHECK(block);
  long before = private_kib();
  for (size_t i = 0; i < copies; i++) {
    char *copy = lazy_copy(block, COUNT);
    for (size_t j = 0; j < COUNT; j += 500) poke(copy + j * CHUNKSIZE, 1);
  }
  for (size_t i = 0; i < copies * 100; i++) CHECK(chunk_alloc());
  size_t chunks = copies * (COUNT + 100);
  CHECK((size_t)(private_kib() - before) * 1024 <= 32 * chunks + (256u << 10));
}

static const struct test tests[] = {
    {"memory_read_only_copies", test_read_only_copies, 60},
    {"memory_both_written", test_both_written, 60},
    {"memory_all_freed", test_all_freed, 120},
    {"memory_freed_singly", test_freed_singly, 120},
    {"memory_untouched", test_untouched, 60},
    {"memory_records", test_records, 120},
};

RUN_TESTS(tests)
