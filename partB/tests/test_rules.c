/* The three rules of internal.h, seen from outside: what the kernel still reads from a
 * snapshot stays as it was; what was made writable stays so; nothing waits for a fork.
 * The library is the build for testing, so that a limit can be lowered and a fork be
 * made to last. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "internal.h"
#include "kin.h"
#include "support.h"

/* --- 1. A frame that more than one slot maps is never written --- */

/* Puts the first bytes of the chunk into a pipe, without a copy. */
static int pipe_from(char *chunk) {
  int ends[2];
  struct iovec bytes = {chunk, 64};
  CHECK(pipe(ends) == 0);
  if (vmsplice(ends[1], &bytes, 1, 0) != 64) test_skip("no vmsplice here");
  return ends[0];
}

/* Whoever of two or more sharers writes: what the pipe has from another is as it was. */
static void test_snapshot_in_a_pipe(void) {
  enum { SHARERS = 4 };
  for (int sharers = 2; sharers <= SHARERS; sharers++) {
    for (int writer = 0; writer < sharers; writer++) {
      for (int reader = 0; reader < sharers; reader++) {
        char *chunks[SHARERS] = {new_block(1, 1)}, expected[64], seen[64];
        for (int i = 1; i < sharers; i++) chunks[i] = lazy_copy(chunks[i - 1], 1);
        memcpy(expected, chunks[0], sizeof expected);
        int pipe = reader == writer ? -1 : pipe_from(chunks[reader]);
        poke(chunks[writer], ~peek(chunks[writer]));
        if (pipe >= 0)
          CHECK(read(pipe, seen, sizeof seen) == sizeof seen && memcmp(seen, expected, sizeof seen) == 0);
        close(pipe);
        for (int i = 0; i < sharers; i++) CHECK(chunk_free(chunks[i]) == 0);
      }
    }
  }
}

/* The same in a block whose other chunks are written before and after. */
static void test_snapshot_of_a_block_in_a_pipe(void) {
  enum { COUNT = 20 };
  char *block = new_block(COUNT, 1), *snapshot = lazy_copy(block, COUNT), seen[64];
  int pipes[COUNT];
  for (size_t i = 0; i < COUNT; i++) pipes[i] = pipe_from(snapshot + i * CHUNKSIZE);
  for (size_t i = 0; i < COUNT; i += 2) poke(block + i * CHUNKSIZE, 1);
  for (size_t i = 0; i < COUNT; i++) poke(block + i * CHUNKSIZE, 2);
  for (size_t i = 0; i < COUNT; i++) {
    CHECK(read(pipes[i], seen, sizeof seen) == sizeof seen);
    CHECK(memcmp(seen, snapshot + i * CHUNKSIZE, sizeof seen) == 0);
  }
  CHECK(holds(snapshot, COUNT, 1));
}

/* --- 2. What is private and writable stays where it is --- */

static int zeros;
static atomic_int stop;
static atomic_long reads, refused;

/* read writes to every chunk of the block that was made writable: each third one. */
static void *read_into(void *block) {
  enum { THIRDS = 20 };
  while (!stop) {
    for (size_t i = 0; i < THIRDS; i++) {
      if (read(zeros, (char *)block + (i * 3 + 1) * CHUNKSIZE + 100, 64) == 64) {
        reads++;
      } else {
        refused += errno == EFAULT;
      }
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
  zeros = open("/dev/zero", O_RDONLY);
  for (size_t i = 0; i < 20 * 3; i++) CHECK(chunk_make_writable(block + i * CHUNKSIZE, 1) == 0);
  registry.mapping_budget = stats().kernel_mappings + 40;
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

/* More first writes than there may be mappings, all over many copies; and more copies:
 * all values are right, and the limit is kept. */
static void test_beyond_the_limit(void) {
  skip_without_sharing();
  enum { COUNT = 32, COPIES = 8, WRITES = 100, LIMIT = 60 };
  char *blocks[COPIES + 1] = {new_block(1, 1)};
  uint64_t state = 3;
  blocks[0] = chunks_alloc(COUNT);
  registry.mapping_budget = LIMIT;
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

/* --- 3. A first write waits for no lock that is held while other code runs --- */

static char *shared;

/* Holds the C library's locks, which fork wants, while it writes to a chunk. */
static void *flush_into_chunk(void *unused) {
  FILE *file = fmemopen(shared, CHUNKSIZE, "w");
  CHECK(file);
  while (!stop) {
    rewind(file);
    fprintf(file, "hello");
    fflush(NULL);
    reads++;
  }
  return unused;
}

static void test_fork_while_flushing(void) {
  shared = new_block(1, 1);
  pthread_t writer;
  CHECK(pthread_create(&writer, NULL, flush_into_chunk, NULL) == 0);
  while (reads < 10) sched_yield();
  for (size_t i = 0; i < full_or(200, 50); i++) {
    pid_t child = fork_or_fail();
    if (child == 0) _exit(0);
    CHECK(wait_status(child) == 0);
  }
  stop = 1;
  pthread_join(writer, NULL);
}

/* What is called while a fork is under way, is right, and stays so afterwards. */
static void test_calls_during_a_fork(void) {
  char *block = new_block(8, 1), *copy = lazy_copy(block, 8), *gone = new_block(2, 3);
  registry.forks = 1;
  char *fresh = chunks_alloc(3), *lazily = lazy_copy(block, 8), *eagerly = chunk_copy_eager(copy);
  CHECK(fresh && is_zero(fresh, 3) && holds(lazily, 8, 1) && holds(eagerly, 1, 1));
  fill(fresh, 3, 2);
  poke(block, 9);
  CHECK(chunk_make_writable(copy + CHUNKSIZE, 1) == 0);
  CHECK(chunks_free(gone, 2) == 0 && chunks_free(gone, 2) == -1);
  registry.forks = 0;
  CHECK(holds(fresh, 3, 2) && holds(copy, 8, 1) && holds(lazily, 8, 1) && peek(block) == 9);
  char *again = lazy_copy(fresh, 3);
  poke(fresh + CHUNKSIZE, 1);
  CHECK(holds(again, 3, 2) && lazycopy_matches_kernel());
}

/* A chunk made private by a fork gets a frame when it is copied: no write of another
 * thread may be lost then. */
static void *count_up(void *counter) {
  for (long i = 0; i < 200000; i++) ++*(volatile long *)counter;
  stop = 1;
  return NULL;
}

static void test_write_while_adopted(void) {
  skip_under_thread_sanitizer();
  pthread_t writer;
  registry.forks = 1;
  char *chunk = chunk_alloc();
  registry.forks = 0;
  CHECK(chunk && pthread_create(&writer, NULL, count_up, chunk) == 0);
  long before = 0;
  while (!stop) {
    char *copy = lazy_copy(chunk, 1);
    CHECK(*(volatile long *)copy >= before);
    before = *(volatile long *)copy;
    CHECK(chunk_free(copy) == 0);
  }
  pthread_join(writer, NULL);
  CHECK(*(volatile long *)chunk == 200000);
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
  size_t limit = registry.mapping_budget = stats().kernel_mappings;
  for (size_t i = 0; i < ISLANDS; i++) lazy_copy(block + (i * EACH + 3) * CHUNKSIZE, 3);
  CHECK(stats().kernel_mappings <= limit + 2 && stats().eager_fallbacks == ISLANDS * 3);
  size_t used = stats().frames_in_use;
  for (size_t i = 1; i + 1 < EACH; i++) CHECK(chunk_free(other + i * CHUNKSIZE) == 0);
  CHECK(stats().frames_in_use == used - (EACH - 2));
}

static const struct test tests[] = {
    {"rules_snapshot_in_a_pipe", test_snapshot_in_a_pipe, 20},
    {"rules_snapshot_of_a_block_in_a_pipe", test_snapshot_of_a_block_in_a_pipe, 20},
    {"rules_writable_near_the_limit", test_writable_near_the_limit, 60},
    {"rules_beyond_the_limit", test_beyond_the_limit, 60},
    {"rules_cuts_at_the_limit", test_cuts_at_the_limit, 20},
    {"rules_fork_while_flushing", test_fork_while_flushing, 60},
    {"rules_calls_during_a_fork", test_calls_during_a_fork, 20},
    {"rules_write_while_adopted", test_write_while_adopted, 60},
};

int main(void) {
  return run_tests(tests, sizeof tests / sizeof *tests);
}
