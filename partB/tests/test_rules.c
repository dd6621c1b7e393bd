/* The three rules of internal.h, seen from outside: what the kernel still reads from a
 * snapshot stays as it was; nothing waits for a fork. (The second one, what is writable stays
 * so, is in test_near_limit.c and in the model.) */
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#include "check.h"
#include "kin.h"
#include "refusal.h"
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

/* --- 3. A first write waits for no lock that is held while other code runs --- */

static char *shared;
static atomic_int stop;
static atomic_long reads;

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
  for (size_t i = 0; i < full_or(200, 50); i++) fork_once();
  stop = 1;
  pthread_join(writer, NULL);
}

/* A fork that lasts, in a thread of its own. */
static atomic_int fork_lasts, fork_has_begun;

static void make_fork_last(void) {
  fork_has_begun = 1;
  while (fork_lasts) sched_yield();
}

static void *fork_in_thread(void *unused) {
  fork_once();
  return unused;
}

static pthread_t begin_fork(void) {
  pthread_t forker;
  fork_lasts = 1;
  fork_has_begun = 0;
  around_fork.before = make_fork_last;
  CHECK(pthread_create(&forker, NULL, fork_in_thread, NULL) == 0);
  while (!fork_has_begun) sched_yield();
  return forker;
}

static void end_fork(pthread_t forker) {
  fork_lasts = 0;
  pthread_join(forker, NULL);
}

/* What is called while a fork is under way, is right, and stays so afterwards. */
static void test_calls_during_a_fork(void) {
  char *block = new_block(8, 1), *copy = lazy_copy(block, 8), *gone = new_block(2, 3);
  pthread_t forker = begin_fork();
  char *fresh = chunks_alloc(3), *lazily = lazy_copy(block, 8), *eagerly = chunk_copy_eager(copy);
  CHECK(fresh && is_zero(fresh, 3) && holds(lazily, 8, 1) && holds(eagerly, 1, 1));
  fill(fresh, 3, 2);
  poke(block, 9);
  CHECK(chunk_make_writable(copy + CHUNKSIZE, 1) == 0);
  CHECK(chunks_free(gone, 2) == 0 && chunks_free(gone, 2) == -1);
  end_fork(forker);
  CHECK(holds(fresh, 3, 2) && holds(copy, 8, 1) && holds(lazily, 8, 1) && peek(block) == 9);
  char *again = lazy_copy(fresh, 3);
  poke(fresh + CHUNKSIZE, 1);
  CHECK(holds(again, 3, 2) && lazycopy_matches_kernel());
}

/* A chunk made private by a fork gets a frame when it is copied: nothing is lost that the kernel
 * writes to it meanwhile, in the middle of each call that protects it or maps its frame. */
static char *adopted;
static int wrote;

static void allocate_in_fork(void) {
  adopted = chunk_alloc();
}

static void write_meanwhile(void) {
  wrote = kernel_writes(adopted, 'k');
}

static void test_write_while_adopted(void) {
  around_fork.before = allocate_in_fork;
  int ran = 1;
  for (long number = 1; ran; number++) {
    fork_once();
    wrote = 0;
    meanwhile(MREMAP | MPROTECT, number, write_meanwhile);
    char *copy = lazy_copy(adopted, 1);
    ran = meanwhile_ran();
    CHECK(peek(adopted) == (wrote ? 'k' : 0) && chunk_free(copy) == 0 && chunk_free(adopted) == 0);
  }
}

static const struct test tests[] = {
    {"rules_snapshot_in_a_pipe", test_snapshot_in_a_pipe, 20},
    {"rules_snapshot_of_a_block_in_a_pipe", test_snapshot_of_a_block_in_a_pipe, 20},
    {"rules_fork_while_flushing", test_fork_while_flushing, 60},
    {"rules_calls_during_a_fork", test_calls_during_a_fork, 20},
    {"rules_write_while_adopted", test_write_while_adopted, 20},
};

RUN_TESTS(tests)
