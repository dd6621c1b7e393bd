/* Pinned chunks: memory that stays, and that the kernel may write at any time; and giving
 * warm frames back. */
#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "kin.h"
#include "support.h"

/* Lets the kernel write a byte there. Returns whether it did. */
static int kernel_writes(char *address, char value) {
  int ends[2];
  CHECK(pipe(ends) == 0 && write(ends[1], &value, 1) == 1);
  int wrote = read(ends[0], address, 1) == 1;
  close(ends[0]);
  close(ends[1]);
  return wrote;
}

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
  errno = 4711;
  CHECK(chunk_pin(block, 2 * CHUNKSIZE) == 0 && chunk_pin(block, 1) == 0 && errno == 4711);
  CHECK(chunk_unpin(block, 3 * CHUNKSIZE) == -1 && errno == EINVAL); /* the third is not pinned */
  CHECK(chunk_unpin(block, 2 * CHUNKSIZE) == 0);
  CHECK(chunk_unpin(block, 2 * CHUNKSIZE) == -1 && errno == EINVAL);
  lazy_copy(block, 3);
  CHECK(kernel_writes(block, 'k'));
  if (sharing_works()) CHECK(!kernel_writes(block + CHUNKSIZE, 'n'));
  CHECK(chunk_unpin(block, 1) == 0 && chunk_unpin(block, 1) == -1);
  CHECK(chunk_free(block + 2 * CHUNKSIZE) == 0);
  CHECK(chunk_pin(block, 3 * CHUNKSIZE) == -1 && errno == EINVAL && chunk_unpin(block, 1) == -1);
  CHECK(chunk_pin(&block, 1) == -1 && chunk_pin(NULL, SIZE_MAX) == -1 && chunk_pin(&block, 0) == 0);
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

/* --- Mutexes that the kernel writes to --- */

static pthread_mutex_t *mutex;

static void *lock_and_end(void *turns) {
  CHECK(pthread_mutex_lock(mutex) == 0);
  give(((struct turns *)turns)->to_parent);
  await(((struct turns *)turns)->to_child);
  return NULL;
}

/* The owner of a robust mutex ends while it lies in a block of which there is a snapshot. */
static void test_robust_mutex(void) {
  struct turns turns = open_turns();
  struct timespec later;
  pthread_mutexattr_t attributes;
  pthread_mutexattr_init(&attributes);
  CHECK(pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST) == 0);
  mutex = chunk_alloc();
  CHECK(pthread_mutex_init(mutex, &attributes) == 0 && chunk_pin(mutex, sizeof *mutex) == 0);
  pthread_t owner;
  CHECK(pthread_create(&owner, NULL, lock_and_end, &turns) == 0);
  await(turns.to_parent);
  CHECK(chunk_snapshot(mutex));
  give(turns.to_child);
  pthread_join(owner, NULL);
  clock_gettime(CLOCK_REALTIME, &later);
  later.tv_sec += 60;
  CHECK(pthread_mutex_timedlock(mutex, &later) == EOWNERDEAD);
}

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
    {"pin", test_pin, 20},
    {"pin_counts", test_pins_count, 20},
    {"pin_restore", test_restore_pinned, 20},
    {"pin_while_written", test_pin_while_written, 60},
    {"pin_robust_mutex", test_robust_mutex, 20},
    {"pin_priority_mutex", test_priority_mutex, 60},
    {"trim", test_trim, 20},
};

int main(void) {
  return run_tests(tests, sizeof tests / sizeof *tests);
}
