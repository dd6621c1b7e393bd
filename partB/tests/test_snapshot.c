/* Snapshots: lazy copies that map nothing before they are touched; and restoring from
 * them, or from any other chunks, at the same addresses. */
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#include "kin.h"
#include "support.h"

static char *snapshot_of(void *chunks, size_t count) {
  char *snapshot = chunks_snapshot(chunks, count);
  CHECK(snapshot && (uintptr_t)snapshot % CHUNKSIZE == 0);
  return snapshot;
}

/* --- What a snapshot is --- */

static void test_snapshot(void) {
  char *block = new_block(40, 1), *snapshot = snapshot_of(block, 40);
  fill(block, 40, 2);
  CHECK(holds(snapshot, 40, 1) && holds(block, 40, 2));
  char *second = snapshot_of(block, 40);
  poke(second + 7 * CHUNKSIZE, ~peek(second + 7 * CHUNKSIZE)); /* written while it sleeps */
  CHECK(holds(second, 7, 2) && holds(block, 40, 2) && holds(snapshot, 40, 1));
  CHECK(chunks_free(snapshot, 40) == 0 && chunks_free(second, 40) == 0 && holds(block, 40, 2));
}

/* Copies of all kinds of what is asleep, of what is half awake, and of a mixture. */
static void test_copies_of_snapshots(void) {
  enum { COUNT = 24 };
  char *block = new_block(COUNT, 1), *snapshot = snapshot_of(block, COUNT);
  for (size_t i = 0; i < COUNT; i += 3) poke(block + i * CHUNKSIZE, 1);
  char *asleep = snapshot_of(snapshot, COUNT);
  CHECK(peek(snapshot + 9 * CHUNKSIZE) >= 0);
  poke(asleep + 2 * CHUNKSIZE + 1, ~peek(asleep + 2 * CHUNKSIZE + 1));
  char *copies[] = {lazy_copy(snapshot, COUNT), chunks_copy_eager(snapshot, COUNT),
                    snapshot_of(snapshot, COUNT)};
  CHECK(chunks_free(snapshot, COUNT) == 0);
  for (int i = 0; i < 3; i++) {
    CHECK(holds(copies[i], COUNT, 1));
    fill(copies[i], COUNT, 5);
  }
  CHECK(holds(asleep, 2, 1));
}

/* A table that lies in pieces, because all of it was written: its snapshots take no mappings,
 * reading one takes no memory, and freeing it leaves nothing. */
static void test_snapshots_cost_little(void) {
  skip_without_sharing();
  enum { COUNT = 128, KEPT = 24 };
  char *table = new_block(COUNT, 1), *snapshots[KEPT];
  for (int i = 0; i < KEPT; i++) {
    snapshots[i] = snapshot_of(table, COUNT);
    for (size_t j = (size_t)i % 5; j < COUNT; j += 5) poke(table + j * CHUNKSIZE, i);
  }
  size_t mappings = stats().kernel_mappings, frames = stats().frames_in_use, splits = stats().splits;
  CHECK(mappings < 2 * COUNT + 40 && stats().eager_fallbacks == 0);
  for (size_t j = 0; j < COUNT; j++)
    CHECK(peek(snapshots[0] + j * CHUNKSIZE + 1) == peek(table + j * CHUNKSIZE + 1));
  CHECK(stats().frames_in_use == frames && stats().splits == splits);
  for (int i = 0; i < KEPT; i++) CHECK(chunks_free(snapshots[i], COUNT) == 0);
  CHECK(stats().live_chunks == COUNT && stats().frames_in_use == COUNT && stats().sharing_chunks == 0);
}

/* Neighbours wake together. */
static void test_neighbours_wake(void) {
  skip_without_sharing();
  char *snapshot = snapshot_of(new_block(64, 1), 64);
  int ends[2], readable = 0;
  CHECK(pipe(ends) == 0 && peek(snapshot + 20 * CHUNKSIZE) >= 0);
  for (size_t i = 0; i < 64; i++) readable += write(ends[1], snapshot + i * CHUNKSIZE, 1) == 1;
  CHECK(readable > 1 && readable < 40);
}

/* --- System calls --- */

static void test_system_calls(void) {
  skip_without_sharing();
  char *snapshot = snapshot_of(new_block(40, 1), 40);
  int ends[2];
  CHECK(pipe(ends) == 0);
  CHECK(write(ends[1], snapshot, 8) == -1 && errno == EFAULT);
  errno = 4711;
  CHECK(chunk_make_readable(snapshot + 100, 39 * CHUNKSIZE) == 0 && errno == 4711);
  for (size_t i = 0; i < 40; i++) CHECK(write(ends[1], snapshot + i * CHUNKSIZE, 8) == 8);
  CHECK(read(ends[0], snapshot, 8) == -1 && errno == EFAULT);
  char *second = snapshot_of(snapshot, 2);
  CHECK(chunk_make_writable(second, 1) == 0 && read(ends[0], second, 8) == 8);
  CHECK(chunk_free(snapshot + 39 * CHUNKSIZE) == 0);
  CHECK(chunk_make_readable(snapshot, 40 * CHUNKSIZE) == -1 && errno == EINVAL);
  CHECK(chunk_make_readable(ends, 1) == -1 && errno == EINVAL && chunk_make_readable(ends, 0) == 0);
}

/* --- Threads --- */

static void *check_all(void *snapshot) {
  CHECK(holds(snapshot, 64, 1));
  return NULL;
}

/* Threads that wake the same chunks at once; none of them is taken for a writer. */
static void test_read_by_threads(void) {
  for (int round = 0; round < (int)full_or(100, 10); round++) {
    char *block = new_block(64, 1), *snapshot = snapshot_of(block, 64);
    pthread_t threads[3];
    size_t splits = stats().splits;
    for (int i = 0; i < 3; i++) CHECK(pthread_create(&threads[i], NULL, check_all, snapshot) == 0);
    for (int i = 0; i < 3; i++) pthread_join(threads[i], NULL);
    CHECK(stats().splits == splits);
    CHECK(chunks_free(block, 64) == 0 && chunks_free(snapshot, 64) == 0);
  }
}

/* --- Forks --- */

static void test_snapshot_and_fork(void) {
  char *block = new_block(20, 1), *snapshot = snapshot_of(block, 20);
  fill(block, 10, 2);
  for (int generation = 0; generation < 2; generation++) {
    pid_t child = fork_or_fail();
    if (child > 0) {
      fill(block, 20, 3);
      CHECK(holds(snapshot, 20, 1) && wait_status(child) == 0 && holds(block, 20, 3));
      if (generation > 0) _exit(0);
      return;
    }
    CHECK(holds(block, 10, 2) && chunks_restore(block, snapshot, 20) == 0);
    CHECK(holds(block, 20, 1) && holds(snapshot, 20, 1));
    fill(block, 10, 2);
  }
  CHECK(holds(snapshot, 20, 1) && holds(block, 10, 2));
  _exit(0);
}

/* --- Restoring --- */

/* Back and forth, to the same addresses, from each kind of copy. */
static void test_restore(void) {
  enum { COUNT = 30 };
  char *block = new_block(COUNT, 1);
  char *sources[] = {snapshot_of(block, COUNT), lazy_copy(block, COUNT), chunks_copy_eager(block, COUNT)};
  uint64_t dice = 1;
  for (int round = 0; round < 30; round++) {
    char *source = sources[round % 3];
    for (int i = 0; i < 6; i++) poke(block + random_below(&dice, COUNT * CHUNKSIZE), round);
    if (round % 4 == 0) poke(source + random_below(&dice, COUNT) * CHUNKSIZE + 5, peek(source + 5));
    errno = 4711;
    CHECK(chunks_restore(block, source, COUNT) == 0 && errno == 4711);
    CHECK(memcmp(block, source, COUNT * CHUNKSIZE) == 0);
    if (sharing_works()) CHECK(chunks_same(block, source, COUNT) == COUNT);
  }
  fill(sources[0], COUNT, 9);
  CHECK(chunks_restore(block, sources[0], COUNT) == 0 && holds(block, COUNT, 9));
  fill(block, COUNT, 2);
  CHECK(holds(sources[0], COUNT, 9));
}

/* A snapshot can itself be set to something else, and a range to a part of itself. */
static void test_restore_snapshots(void) {
  char *block = new_block(8, 1), *first = snapshot_of(block, 8);
  fill(block, 8, 2);
  char *second = snapshot_of(block, 8);
  CHECK(chunks_restore(second, first, 8) == 0 && holds(second, 8, 1));
  CHECK(chunks_restore(block, block + 4 * CHUNKSIZE, 4) == 0);
  CHECK(memcmp(block, block + 4 * CHUNKSIZE, 4 * CHUNKSIZE) == 0);
  CHECK(chunk_restore(block, first) == 0 && holds(block, 1, 1) && holds(first, 8, 1));
}

static int is_refused(void *chunks, void *snapshot, size_t count) {
  errno = 0;
  return chunks_restore(chunks, snapshot, count) == -1 && errno == EINVAL;
}

static void test_restore_arguments(void) {
  char *block = new_block(8, 1), *snapshot = snapshot_of(block, 8), *freed = snapshot_of(block, 8);
  fill(block, 8, 2);
  CHECK(chunk_free(freed + 3 * CHUNKSIZE) == 0);
  CHECK(is_refused(block, snapshot, 0) && is_refused(block, snapshot + 1, 1) &&
        is_refused(block + 1, snapshot, 1));
  CHECK(is_refused(block, freed, 8) && is_refused(freed, block, 8) && is_refused(block, snapshot, SIZE_MAX));
  CHECK(is_refused(block, block + CHUNKSIZE, 7) && is_refused(block + CHUNKSIZE, block, 7));
  CHECK(is_refused(NULL, snapshot, 1) && is_refused(block, NULL, 1) && is_refused(block, &block, 1));
  CHECK(chunks_restore(block, block, 8) == 0 && holds(block, 8, 2) && holds(snapshot, 8, 1));
}

/* Readers of a chunk that is restored all the time see one of its two contents. */
static atomic_int stop;

static void *read_words(void *chunk) {
  const volatile uint64_t *word = chunk;
  while (!stop) {
    uint64_t seen = word[3000];
    CHECK(seen == 1 || seen == 2);
  }
  return NULL;
}

static void test_restore_beside_readers(void) {
  uint64_t *chunk = chunk_alloc(), *other = chunk_alloc();
  chunk[3000] = 1;
  other[3000] = 2;
  char *one = snapshot_of(chunk, 1);
  pthread_t reader;
  CHECK(pthread_create(&reader, NULL, read_words, chunk) == 0);
  for (int i = 0; i < (int)full_or(20000, 1000); i++) {
    CHECK(chunk_restore(chunk, i % 2 ? (void *)one : (void *)other) == 0);
    if (i % 3 == 0) *(volatile uint64_t *)chunk = 7;
  }
  stop = 1;
  pthread_join(reader, NULL);
}

/* --- What is the same --- */

static void test_same(void) {
  char *block = new_block(6, 1), *snapshot = snapshot_of(block, 6), *eager = chunks_copy_eager(block, 6);
  size_t all = sharing_works() ? 6 : 0;
  CHECK(chunks_same(block, snapshot, 6) == all && chunks_same(snapshot, block, 6) == all);
  CHECK(chunks_same(block, block, 6) == 6 && chunks_same(block, eager, 6) == 0);
  poke(block + 4 * CHUNKSIZE, 1);
  CHECK(chunks_same(block, snapshot, 6) == (all ? 4 : 0));
  CHECK(chunks_same(block + 5 * CHUNKSIZE, snapshot + 5 * CHUNKSIZE, 1) == (all ? 1 : 0));
  CHECK(chunk_free(snapshot + 3 * CHUNKSIZE) == 0);
  errno = 4711;
  CHECK(chunks_same(block, snapshot, 4) == 0 && chunks_same(block, &block, 1) == 0 && errno == 4711);
  CHECK(chunks_same(NULL, snapshot, 1) == 0 && chunks_same(block, snapshot, 0) == 0);
}

static const struct test tests[] = {
    {"snapshot", test_snapshot, 20},
    {"snapshot_copies", test_copies_of_snapshots, 20},
    {"snapshot_costs_little", test_snapshots_cost_little, 20},
    {"snapshot_neighbours_wake", test_neighbours_wake, 20},
    {"snapshot_system_calls", test_system_calls, 20},
    {"snapshot_read_by_threads", test_read_by_threads, 60},
    {"snapshot_and_fork", test_snapshot_and_fork, 20},
    {"restore", test_restore, 60},
    {"restore_snapshots", test_restore_snapshots, 20},
    {"restore_arguments", test_restore_arguments, 20},
    {"restore_beside_readers", test_restore_beside_readers, 60},
    {"same", test_same, 20},
};

RUN_TESTS(tests)
