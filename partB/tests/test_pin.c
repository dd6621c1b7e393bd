/* What the kernel itself may write to, as in read(2), which fails with EFAULT on memory that is
 * shared: chunks that were made writable, until they are copied, and pinned ones, whatever
 * happens; and giving warm frames back. */
#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <unistd.h>

#include "kin.h"
#include "support.h"

/* --- Made writable --- */

static int kernel_is_refused(void *address) {
  return !kernel_writes(address, 'n') && errno == EFAULT;
}

/* Until the chunk is copied again. The last one that shares copies nothing. */
static void test_made_writable(void) {
  skip_without_sharing();
  char *chunk = new_block(1, 1), *copy = lazy_copy(chunk, 1);
  size_t splits = stats().splits;
  CHECK(kernel_is_refused(chunk + 5) && kernel_is_refused(copy + 5));
  CHECK(chunk_make_writable(copy + 5, 10) == 0 && kernel_writes(copy + 14, 'k') && peek(copy + 14) == 'k');
  CHECK(holds(chunk, 1, 1) && kernel_is_refused(chunk));
  CHECK(chunk_make_writable(chunk + 60000, 1) == 0 && kernel_writes(chunk, 'k'));
  CHECK(stats().splits == splits + 1);
  lazy_copy(chunk, 1);
  CHECK(kernel_is_refused(chunk) && kernel_writes(copy, 'k'));
}

/* Every first byte and length around a boundary takes the chunks it touches, no more. */
static void test_exact_range(void) {
  skip_without_sharing();
  enum { COUNT = 4 };
  static const size_t edges[] = {
      0, 1, CHUNKSIZE - 1, CHUNKSIZE, CHUNKSIZE + 1, 2 * CHUNKSIZE - 1, 2 * CHUNKSIZE};
  enum { EDGES = sizeof edges / sizeof *edges };
  char *block = new_block(COUNT, 1);
  for (int from = 0; from < EDGES; from++) {
    for (int to = from + 1; to < EDGES; to++) {
      char *copy = lazy_copy(block, COUNT);
      size_t first = edges[from] / CHUNKSIZE, last = (edges[to] - 1) / CHUNKSIZE;
      CHECK(chunk_make_writable(copy + edges[from], edges[to] - edges[from]) == 0 && holds(copy, COUNT, 1));
      for (size_t i = 0; i < COUNT; i++) {
        CHECK(kernel_writes(copy + i * CHUNKSIZE, 'k') == (i >= first && i <= last));
      }
      CHECK(holds(block, COUNT, 1) && chunks_free(copy, COUNT) == 0);
    }
  }
}

/* --- Pinned --- */

/* Whatever is copied or forked, a pinned chunk can be written by the kernel, and its copies
 * are as it was. */
static void test_pin(void) {
  char *block = new_block(4, 1), *pinned = block + CHUNKSIZE;
  CHECK(chunk_pin(pinned + 10, 2 * CHUNKSIZE - 20) == 0);
  char *copies[] = {lazy_copy(block, 4), chunks_snapshot(block, 4), chunks_copy_eager(block, 4)};
  for (int i = 0; i < 3; i++) {
    CHECK(kernel_writes(pinned, 'k') && kernel_writes(pinned + 2 * CHUNKSIZE - 1, 'k'));
    CHECK(copies[i] && holds(copies[i], 4, 1));
    fill(copies[i], 4, 2);
  }
  CHECK(peek(pinned) == 'k' && holds(block, 1, 1));
  pid_t child = fork_or_fail();
  CHECK(kernel_writes(pinned, child == 0 ? 'c' : 'p'));
  if (child == 0) _exit(peek(pinned) == 'c' && chunk_unpin(pinned, 2 * CHUNKSIZE) == 0 ? 0 : 1);
  CHECK(wait_status(child) == 0 && peek(pinned) == 'p');
  CHECK(chunk_unpin(pinned, 2 * CHUNKSIZE) == 0);
  char *copy = lazy_copy(block, 4);
  CHECK(memcmp(copy, block, 4 * CHUNKSIZE) == 0);
  if (sharing_works()) CHECK(!kernel_writes(pinned, 'n') && chunks_same(copy, block, 4) == 4);
}

/* Pins count, for each chunk; what is wrong changes nothing; freeing ends them. */
static void test_pins_count(void) {
  char *block = new_block(3, 1);
  CHECK(chunk_pin(block, 2 * CHUNKSIZE) == 0 && chunk_pin(block, 1) == 0);
  CHECK(chunk_unpin(block, 3 * CHUNKSIZE) == -1 && errno == EINVAL); /* the third is not pinned */
  CHECK(chunk_unpin(block, 2 * CHUNKSIZE) == 0);
  CHECK(chunk_unpin(block, 2 * CHUNKSIZE) == -1 && errno == EINVAL);
  lazy_copy(block, 3);
  CHECK(kernel_writes(block, 'k'));
  if (sharing_works()) CHECK(!kernel_writes(block + CHUNKSIZE, 'n'));
  CHECK(chunk_unpin(block, 1) == 0 && chunk_unpin(block, 1) == -1);
  CHECK(chunk_free(block + 2 * CHUNKSIZE) == 0);
  CHECK(chunk_pin(block, 3 * CHUNKSIZE) == -1 && errno == EINVAL && chunk_unpin(block, 1) == -1);
  CHECK(chunk_pin(block, 1) == 0 && chunk_free(block) == 0);
  for (int i = 0; i < 3; i++) CHECK(chunk_unpin(chunk_alloc(), 1) == -1 && errno == EINVAL);
}

/* Restoring to or from a pinned chunk leaves it where it is. */
static void test_restore_pinned(void) {
  char *block = new_block(6, 1), *snapshot = chunks_snapshot(block, 6);
  fill(block, 6, 2);
  CHECK(chunk_pin(block + 2 * CHUNKSIZE, 1) == 0 && chunk_pin(snapshot + 4 * CHUNKSIZE, 1) == 0);
  CHECK(chunks_restore(block, snapshot, 6) == 0 && holds(block, 6, 1));
  lazy_copy(block, 6);
  lazy_copy(snapshot, 6);
  CHECK(kernel_writes(block + 2 * CHUNKSIZE, 'k') && kernel_writes(snapshot + 4 * CHUNKSIZE, 'k'));
}

/* A thread writes to a chunk while it is pinned and unpinned, copied and copied again. */
static void *count_up(void *counter) {
  for (long i = 0; i < 100000; i++) ++*(volatile long *)counter;
  return NULL;
}

static void test_pin_while_written(void) {
  skip_under_thread_sanitizer();
  char *chunk = chunk_alloc();
  pthread_t writer;
  CHECK(pthread_create(&writer, NULL, count_up, chunk) == 0);
  for (int i = 0; i < (int)full_or(2000, 200); i++) {
    CHECK(chunk_pin(chunk, 1) == 0 && chunk_unpin(chunk, 1) == 0);
    CHECK(chunk_free(lazy_copy(chunk, 1)) == 0);
  }
  pthread_join(writer, NULL);
  CHECK(*(long *)chunk == 100000);
}

/* A mutex to which the kernel writes at any time. */
static pthread_mutex_t *mutex;
static volatile int stop;

static void *lock_and_unlock(void *rounds) {
  while (!stop) {
    CHECK(pthread_mutex_lock(mutex) == 0);
    ++*(volatile long *)rounds;
    CHECK(pthread_mutex_unlock(mutex) == 0);
  }
  return NULL;
}

static void test_priority_mutex(void) {
  skip_under_thread_sanitizer();
  pthread_mutexattr_t attributes;
  pthread_mutexattr_init(&attributes);
  if (pthread_mutexattr_setprotocol(&attributes, PTHREAD_PRIO_INHERIT) != 0) test_skip("no PRIO_INHERIT");
  mutex = chunk_alloc();
  if (pthread_mutex_init(mutex, &attributes) != 0) test_skip("no PRIO_INHERIT here");
  CHECK(chunk_pin(mutex, sizeof *mutex) == 0);
  pthread_t threads[3];
  long rounds = 0;
  for (int i = 0; i < 3; i++) CHECK(pthread_create(&threads[i], NULL, lock_and_unlock, &rounds) == 0);
  for (int i = 0; i < (int)full_or(20000, 1000); i++) CHECK(chunk_free(chunk_snapshot(mutex)) == 0);
  stop = 1;
  for (int i = 0; i < 3; i++) pthread_join(threads[i], NULL);
}

/* --- Warm frames --- */

static void test_trim(void) {
  skip_without_sharing();
  char *block = new_block(50, 1), *copy = lazy_copy(block, 50);
  fill(block, 50, 2);
  CHECK(chunks_free(copy, 50) == 0 && stats().frames_cached > 0);
  errno = 4711;
  chunk_trim();
  CHECK(errno == 4711 && stats().frames_cached == 0 && holds(block, 50, 2));
  copy = lazy_copy(block, 50);
  fill(copy, 50, 3);
  CHECK(holds(block, 50, 2) && holds(copy, 50, 3) && is_zero(chunks_alloc(50), 50));
}

static const struct test tests[] = {
    {"writable", test_made_writable, 20},
    {"writable_exact_range", test_exact_range, 20},
    {"pin", test_pin, 20},
    {"pin_counts", test_pins_count, 20},
    {"pin_restore", test_restore_pinned, 20},
    {"pin_while_written", test_pin_while_written, 60},
    {"pin_priority_mutex", test_priority_mutex, 60},
    {"trim", test_trim, 20},
};

RUN_TESTS(tests)
