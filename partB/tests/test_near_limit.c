/* Near the limit on mappings: they are won back by first writes, while what was made writable
 * stays so; beyond it, copies are eager; and all values are right. The library is the build for
 * testing, so that the limit can be lowered. */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>

#include "check.h"
#include "kin.h"
#include "support.h"

static atomic_int stop;
static atomic_long reads, refused;

/* read writes to every chunk of the block that was made writable: each third one. */
static void *read_into(void *block) {
  enum { THIRDS = 20 };
  while (!stop) {
    for (size_t i = 0; i < THIRDS; i++) {
      int wrote = kernel_writes((char *)block + (i * 3 + 1) * CHUNKSIZE + 100, 'k');
      reads += wrote;
      refused += !wrote;
    }
  }
  return NULL;
}

/* Near the limit on mappings, where they are won back. */
static void test_writable_near_the_limit(void) {
  skip_without_sharing();
  enum { COUNT = 240 };
  char *source = new_block(1, 1);
  source = chunks_alloc(COUNT);
  char *block = lazy_copy(source, COUNT), *third = lazy_copy(source, COUNT);
  for (size_t i = 0; i < 20 * 3; i++) CHECK(chunk_make_writable(block + i * CHUNKSIZE, 1) == 0);
  lazycopy_limit_mappings(stats().kernel_mappings + 40);
  pthread_t reader;
  CHECK(pthread_create(&reader, NULL, read_into, block) == 0);
  while (reads < 100) sched_yield();
  for (size_t i = 100; i < COUNT; i += 2) poke(block + i * CHUNKSIZE, 1);
  CHECK(lazycopy_is_valid(0));
  long seen = reads;
  while (reads < seen + 100) sched_yield();
  stop = 1;
  pthread_join(reader, NULL);
  CHECK(refused == 0 && stats().kernel_mappings < 120 && peek(third) == 0);
}

/* Each pinned chunk takes a mapping: no more than there may be. */
static void test_pins_near_the_limit(void) {
  skip_without_sharing();
  enum { COUNT = 64, ROOM = 20 };
  char *block = new_block(COUNT, 1);
  size_t limit = stats().kernel_mappings + ROOM;
  lazycopy_limit_mappings(limit);
  CHECK(chunk_pin(block, COUNT * CHUNKSIZE) == -1 && errno == ENOMEM);
  CHECK(stats().kernel_mappings <= limit && lazycopy_is_valid(1));
  CHECK(chunk_unpin(block, 1) == -1 && holds(block, COUNT, 1));
  lazycopy_limit_mappings(limit + COUNT);
  CHECK(chunk_pin(block, COUNT * CHUNKSIZE) == 0 && chunk_unpin(block, COUNT * CHUNKSIZE) == 0);
}

/* More first writes than there may be mappings, all over many copies; and more copies:
 * all values are right, and the limit is kept. */
static void test_beyond_the_limit(void) {
  skip_without_sharing();
  enum { COUNT = 32, COPIES = 8, WRITES = 100, LIMIT = 60 };
  char *blocks[COPIES + 1] = {new_block(1, 1)};
  uint64_t state = 3;
  blocks[0] = chunks_alloc(COUNT);
  lazycopy_limit_mappings(LIMIT);
  for (int i = 1; i <= COPIES; i++) blocks[i] = lazy_copy(blocks[i - 1], COUNT);
  static unsigned char written[COPIES + 1][COUNT];
  for (int i = 0; i < WRITES; i++) {
    size_t copy = random_below(&state, COPIES + 1), chunk = random_below(&state, COUNT);
    poke(blocks[copy] + chunk * CHUNKSIZE, written[copy][chunk] = (unsigned char)(i % 255 + 1));
  }
  CHECK(stats().kernel_mappings < LIMIT + 50 && lazycopy_is_valid(1));
  char *late = lazy_copy(blocks[0], COUNT);
  CHECK(stats().eager_fallbacks > 0);
  for (size_t i = 0; i < COUNT; i++) {
    for (int copy = 0; copy <= COPIES; copy++) CHECK(peek(blocks[copy] + i * CHUNKSIZE) == written[copy][i]);
    CHECK(peek(late + i * CHUNKSIZE) == written[0][i]);
  }
  for (int i = 0; i <= COPIES; i++) CHECK(chunks_free(blocks[i], COUNT) == 0);
  CHECK(chunks_free(late, COUNT) == 0 && chunk_free(chunk_alloc()) == 0 && lazycopy_matches_kernel());
}

/* At the limit. Copies out of the middle of a block, which would cut it, are eager. What is
 * freed beside what is free already cuts nothing, and does not wait. */
static void test_cuts_at_the_limit(void) {
  skip_without_sharing();
  enum { ISLANDS = 10, EACH = 8 };
  char *block = chunks_alloc(ISLANDS * EACH), *other = chunks_alloc(EACH);
  CHECK(block && other);
  for (size_t i = 0; i < ISLANDS; i++) {
    lazy_copy(block + (i * EACH + 4) * CHUNKSIZE, 1);
    poke(block + (i * EACH + 4) * CHUNKSIZE, 2);
  }
  CHECK(chunk_free(other) == 0);
  size_t limit = stats().kernel_mappings;
  lazycopy_limit_mappings(limit);
  for (size_t i = 0; i < ISLANDS; i++) lazy_copy(block + (i * EACH + 3) * CHUNKSIZE, 3);
  CHECK(stats().kernel_mappings <= limit + 2 && stats().eager_fallbacks == ISLANDS * 3);
  size_t used = stats().frames_in_use;
  for (size_t i = 1; i + 1 < EACH; i++) CHECK(chunk_free(other + i * CHUNKSIZE) == 0);
  CHECK(stats().frames_in_use == used - (EACH - 2));
}

enum { LIMIT = 150, FREED = 400 };

/* What is allocated during a fork has mappings of its own, and what is freed keeps them. */
static void free_in_fork(void) {
  void *block = chunks_alloc(FREED);
  CHECK(block && chunks_free(block, FREED) == 0 && stats().kernel_mappings > LIMIT);
}

/* What was freed goes, though it is what takes all mappings. */
static void test_freed_beyond_the_limit(void) {
  skip_without_sharing();
  char *block = new_block(4, 1);
  size_t used = stats().frames_in_use, eager = stats().eager_fallbacks;
  lazycopy_limit_mappings(LIMIT);
  around_fork.before = free_in_fork;
  fork_once();
  CHECK(stats().frames_in_use == used);
  CHECK(holds(lazy_copy(block, 4), 4, 1) && stats().eager_fallbacks == eager && lazycopy_is_valid(1));
}

/* Snapshots of a table in pieces wake piece by piece while there are mappings; then they are gathered. */
static void test_sleepers_at_the_limit(void) {
  skip_without_sharing();
  enum { COUNT = 100, KEPT = 6 };
  char *table = chunks_alloc(COUNT), *snapshots[KEPT];
  for (int i = 0; i < KEPT; i++) {
    CHECK((snapshots[i] = chunks_snapshot(table, COUNT)));
    for (size_t at = (size_t)i % 2; at < COUNT; at += 2) poke(table + at * CHUNKSIZE, i + 1);
  }
  size_t limit = stats().kernel_mappings + 20;
  lazycopy_limit_mappings(limit);
  for (int i = 0; i < KEPT; i++) {
    for (int at = COUNT - 1; at >= 0; at--) {
      int last_write = at % 2 == i % 2 ? i - 1 : i; /* before this snapshot: number of the round, from 1 on */
      CHECK(peek(snapshots[i] + (size_t)at * CHUNKSIZE) == (last_write > 0 ? last_write : 0));
    }
  }
  CHECK(stats().kernel_mappings <= limit + 2 * KEPT && lazycopy_is_valid(1));
}

static const struct test tests[] = {
    {"near_limit_writable", test_writable_near_the_limit, 60},
    {"near_limit_pins", test_pins_near_the_limit, 20},
    {"near_limit_beyond", test_beyond_the_limit, 60},
    {"near_limit_cuts", test_cuts_at_the_limit, 20},
    {"near_limit_freed", test_freed_beyond_the_limit, 20},
    {"near_limit_sleepers", test_sleepers_at_the_limit, 20},
};

RUN_TESTS(tests)
