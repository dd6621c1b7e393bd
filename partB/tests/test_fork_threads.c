/* fork while other threads are inside the library, or fork themselves. */
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#include "kin.h"
#include "support.h"

enum { THREADS = 3, OWN = 2 };

static atomic_int stop;
static char *own[THREADS + 1]; /* a block of each thread, and the main thread's */

/* Copies, writes, frees; the block itself always has one value in all its bytes
 * of a page, so that a child can tell whether it inherited a torn state. */
static void *work(void *argument) {
  char *block = argument;
  for (int value = 1; !stop; value++) {
    char *copy = lazy_copy(block, OWN);
    for (size_t at = 0; at < OWN * CHUNKSIZE; at += CHUNKSIZE / 2) poke(copy + at, value);
    for (size_t at = 0; at < OWN * CHUNKSIZE; at += CHUNKSIZE / 2) poke(block + at, value);
    char *chunk = chunk_alloc();
    CHECK(chunk && peek(chunk) == 0);
    CHECK(chunks_free(copy, OWN) == 0 && chunk_free(chunk) == 0);
  }
  return NULL;
}

/* What a child does first: everything, with the lock that some thread of the
 * parent may have held. */
static void use_everything(int round) {
  for (int i = 0; i <= THREADS; i++) {
    char *copy = lazy_copy(own[i], OWN);
    CHECK(memcmp(copy, own[i], OWN * CHUNKSIZE) == 0);
    poke(own[i] + CHUNKSIZE, round);
    poke(copy, ~round);
    CHECK(peek(own[i] + CHUNKSIZE) == (round & 0xFF));
    CHECK(chunks_free(own[i], OWN) == 0 && chunks_free(copy, OWN) == 0);
  }
  CHECK(holds(new_block(3, 5), 3, 5));
}

static void test_threads_inside(void) {
  pthread_t threads[THREADS];
  for (int i = 0; i <= THREADS; i++) own[i] = new_block(OWN, 7);
  for (int i = 0; i < THREADS; i++) CHECK(pthread_create(&threads[i], NULL, work, own[i]) == 0);
  for (int round = 0; round < (int)full_or(150, 10); round++) {
    pid_t child = fork();
    if (child == 0) {
      use_everything(round);
      _exit(0);
    }
    CHECK(holds(own[THREADS], OWN, 7));
    CHECK(child > 0 && wait_status(child) == 0);
  }
  stop = 1;
  for (int i = 0; i < THREADS; i++) pthread_join(threads[i], NULL);
  CHECK(holds(own[THREADS], OWN, 7));
}

/* Several threads fork at once. */
static void *fork_often(void *argument) {
  char *block = argument;
  for (int round = 0; round < (int)full_or(40, 20); round++) {
    pid_t child = fork();
    poke(block + 5, round);
    CHECK(child >= 0 && peek(block + 5) == round);
    if (child == 0) _exit(0);
    CHECK(wait_status(child) == 0);
    CHECK(peek(block + 5) == round);
  }
  return NULL;
}

static void test_threads_fork(void) {
  pthread_t threads[THREADS];
  for (int i = 0; i < THREADS; i++) {
    CHECK(pthread_create(&threads[i], NULL, fork_often, new_block(1, 7)) == 0);
  }
  for (int i = 0; i < THREADS; i++) pthread_join(threads[i], NULL);
}

static void *fork_again_and_again(void *forks) {
  for (; !stop; ++*(atomic_long *)forks) fork_once();
  return NULL;
}

/* An eager copy is filled without the lock: each fork that begins meanwhile protects it, too. */
static void test_fork_while_filled(void) {
  enum { COUNT = 200, FORKS = 30 };
  char *block = new_block(COUNT, 1);
  atomic_long forks = 0;
  pthread_t forking;
  CHECK(pthread_create(&forking, NULL, fork_again_and_again, &forks) == 0);
  while (forks < FORKS) {
    char *copy = chunks_copy_eager(block, COUNT);
    CHECK(copy && holds(copy, COUNT, 1) && holds(block, COUNT, 1) && chunks_free(copy, COUNT) == 0);
  }
  stop = 1;
  pthread_join(forking, NULL);
}

static const struct test tests[] = {
    {"fork_threads_inside", test_threads_inside, 60},
    {"fork_threads_fork", test_threads_fork, 60},
    {"fork_while_filled", test_fork_while_filled, 60},
};

RUN_TESTS(tests)
