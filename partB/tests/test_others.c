/* What the rest of a program, and the kernel, may do while the library is at work:
 * cancel its threads, force a signal, change namespaces, fork within a fork. */
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kin.h"
#include "support.h"

/* --- Cancelled anywhere --- */

enum { COUNT = 32 };
static atomic_long writes;

static void *write_until_cancelled(void *block) {
  pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, NULL);
  for (;;) {
    for (size_t i = 0; i < COUNT; i++) {
      poke((char *)block + i * CHUNKSIZE, 1);
      writes++;
    }
  }
  return NULL;
}

/* In the middle of a first write, too: the library's lock must not go with the thread. */
static void test_cancelled(void) {
  skip_under_sanitizer();
  char *block = new_block(COUNT, 1);
  uint64_t state = 5;
  for (size_t round = 0; round < full_or(400, 100); round++) {
    char *copy = lazy_copy(block, COUNT);
    pthread_t writer;
    long before = writes, target = before + (long)random_below(&state, COUNT);
    CHECK(pthread_create(&writer, NULL, write_until_cancelled, copy) == 0);
    while (writes < target) continue;
    CHECK(pthread_cancel(writer) == 0 && pthread_join(writer, NULL) == 0);
    CHECK(chunks_free(copy, COUNT) == 0);
  }
  CHECK(holds(block, COUNT, 1));
}

/* --- A SIGSEGV that the kernel forces --- */

#ifdef __x86_64__
static atomic_int without_stack;

static void nothing(int signal) {
  (void)signal;
}

static void *signal_the_other(void *thread) {
  while (!without_stack) sched_yield();
  pthread_kill(*(pthread_t *)thread, SIGUSR1);
  return NULL;
}

/* There is no room for the frame of a handler where the stack pointer points to: only
 * death ends this loop. */
static void run_without_stack(void *unused) {
  (void)unused;
  stack_t stack = {.ss_sp = malloc(65536), .ss_size = 65536};
  pthread_t self = pthread_self(), other;
  CHECK(sigaltstack(&stack, NULL) == 0 && signal(SIGUSR1, nothing) != SIG_ERR);
  chunk_startup();
  CHECK(pthread_create(&other, NULL, signal_the_other, &self) == 0);
  __asm__ volatile(
      "mov $0x10000, %%rsp\n\tmovl $1, (%0)\n"
      "1:\tjmp 1b"
      :
      : "r"(&without_stack)
      : "memory");
}
#endif

static void test_forced(void) {
#ifdef __x86_64__
  skip_under_sanitizer();
  skip_under_valgrind("valgrind writes the frames of handlers itself");
  CHECK(status_of_child(run_without_stack, NULL) == DIED_BY_SIGSEGV);
#else
  test_skip("written for x86-64");
#endif
}

/* --- Another namespace, in which the ids of segments are used again --- */

static void enter_new_namespace(void) {
  if (unshare(CLONE_NEWIPC) == 0 || unshare(CLONE_NEWUSER | CLONE_NEWIPC) == 0) return;
  test_skip("no new namespace is allowed here");
}

static void test_other_namespace(void) {
  enter_new_namespace(); /* so that the first id is that of the first segment in the next one, too */
  char *chunk = chunk_alloc();
  struct turns turns = open_turns();
  poke(chunk, 'a');
  if (fork_with_turns(&turns) == 0) {
    await(turns.to_child);
    CHECK(peek(chunk) == 'a');
    _exit(0);
  }
  enter_new_namespace();
  for (int i = 0; i < 20; i++) {
    pid_t child = fork_or_fail();
    if (child == 0) _exit(0);
    CHECK(waitpid(child, NULL, 0) == child);
    poke(chunk, 'b' + i);
  }
  give(turns.to_child);
  int status;
  CHECK(wait(&status) > 0 && status == 0);
}

/* --- A fork within a fork --- */

static char *block;
static int handler_forks;

static void fork_in_handler(void) {
  if (!handler_forks) return;
  handler_forks = 0;
  poke(block, 2);
  pid_t child = fork_or_fail();
  if (child == 0) {
    poke(block, 3);
    _exit(peek(block) == 3 && holds(lazy_copy(block + CHUNKSIZE, 1), 1, 1) ? 0 : 1);
  }
  poke(block, 4);
  CHECK(wait_status(child) == 0 && peek(block) == 4);
}

/* In one that runs after the library's, and in one that runs before it. */
static void test_fork_in_handler(void) {
  block = chunks_alloc(2);
  fill(block + CHUNKSIZE, 1, 1);
  around_fork.before = fork_in_handler;
  for (int late = 0; late < 2; late++) {
    if (late) pthread_atfork(fork_in_handler, NULL, NULL);
    for (int round = 0; round < 3; round++) {
      char *copy = lazy_copy(block, 2);
      handler_forks = 1;
      pid_t child = fork_or_fail();
      CHECK(peek(block) == 4);
      poke(block, child ? 5 : 6);
      poke(block + CHUNKSIZE, child ? 5 : 6);
      CHECK(peek(block) == (child ? 5 : 6) && holds(copy + CHUNKSIZE, 1, 1));
      if (child == 0) _exit(0);
      CHECK(wait_status(child) == 0 && peek(block) == 5);
      fill(block + CHUNKSIZE, 1, 1);
      CHECK(chunks_free(copy, 2) == 0);
    }
  }
  struct chunk_stats before = stats();
  poke(block, 7);
  char *copy = lazy_copy(block, 2);
  CHECK(stats().sharing_chunks == before.sharing_chunks + (sharing_works() ? 4 : 0) && peek(copy) == 7);
}

static const struct test tests[] = {
    {"others_cancelled", test_cancelled, 60},
    {"others_forced", test_forced, 20},
    {"others_other_namespace", test_other_namespace, 20},
    {"others_fork_in_handler", test_fork_in_handler, 20},
};

RUN_TESTS(tests)
