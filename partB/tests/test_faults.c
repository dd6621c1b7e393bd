/* SIGSEGV: blocked by somebody, caught by a handler that is installed later, or raised by the
 * library itself. */
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "kin.h"
#include "support.h"

/* Each function may be the first one that is called: there are no records then. */
static void call_first(int function) {
  char here;
  struct chunk_stats now;
  if (function == 0) chunk_trim();
  if (function == 1) CHECK(chunks_same(&here, &here, 1) == 0);
  if (function == 2) CHECK(chunks_restore(&here, &here, 1) == -1 && chunk_pin(&here, 1) == -1);
  if (function == 3) CHECK(chunk_make_readable(&here, 1) == -1 && chunk_make_writable(&here, 1) == -1);
  if (function == 4) CHECK(chunk_free(&here) == -1 && !chunk_snapshot(&here) && !chunk_copy_eager(&here));
  if (function == 5) chunk_get_stats(&now);
}

static void test_first_calls(void) {
  for (int function = 0; function < 6; function++) {
    pid_t child = fork_or_fail();
    if (child == 0) {
      call_first(function);
      CHECK(holds(new_block(2, 1), 2, 1));
      _exit(0);
    }
    CHECK(wait_status(child) == 0);
  }
}

/* Who calls the library can write to chunks, even if somebody has blocked SIGSEGV; also who asks for
 * nothing. */
static void test_blocked_faults(void) {
  char *chunk = new_block(1, 1);
  for (int i = 0; i < 6; i++) {
    sigset_t faults;
    sigemptyset(&faults);
    sigaddset(&faults, SIGSEGV);
    CHECK(pthread_sigmask(SIG_BLOCK, &faults, NULL) == 0);
    if (i == 0) CHECK(chunk_snapshot(chunk));
    if (i == 1) CHECK(chunk_copy_lazy(chunk));
    if (i == 2) chunk_startup();
    if (i == 3) CHECK(chunk_make_writable(chunk, 0) == 0);
    if (i == 4) CHECK(chunk_pin(chunk, 0) == 0);
    if (i == 5) CHECK(chunk_free(NULL) == 0);
    poke(chunk, i);
    CHECK(pthread_sigmask(SIG_BLOCK, NULL, &faults) == 0 && !sigismember(&faults, SIGSEGV));
  }
}

/* A handler that is installed later, and calls the one that it found. */
static struct sigaction found;
static int later_calls, first_calls;

static void on_first(int number) {
  (void)number;
  _exit(++first_calls == 1 && later_calls == 1 ? 0 : 1);
}

static void on_later(int number, siginfo_t *info, void *context) {
  later_calls++;
  found.sa_sigaction(number, info, context);
}

static void write_before_a_later_handler(void *chunk) {
  signal(SIGSEGV, on_first);
  chunk_startup();
  struct sigaction later = {.sa_sigaction = on_later, .sa_flags = SA_SIGINFO};
  CHECK(sigaction(SIGSEGV, &later, &found) == 0);
  chunk_startup();
  chunk_startup();
  char *copy = chunk_copy_lazy(chunk);
  poke(copy, 1); /* ours */
  CHECK(later_calls == 0);
  poke((void *)(uintptr_t)64, 1); /* later, ours again, first */
}

/* One that is itself interrupted by a fault, which it gets and leaves, before it passes its own on. */
static char *forbidden;
static sigjmp_buf within;

static void on_later_looking(int number, siginfo_t *info, void *context) {
  if (info->si_addr != forbidden) siglongjmp(within, 1);
  if (++later_calls > 1) _exit(2);
  if (sigsetjmp(within, 1) == 0) poke(forbidden + 1, 1);
  found.sa_sigaction(number, info, context);
}

static void fault_within_a_later_handler(void *unused) {
  (void)unused;
  forbidden = mmap(NULL, CHUNKSIZE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  signal(SIGSEGV, on_first);
  chunk_startup();
  struct sigaction later = {.sa_sigaction = on_later_looking, .sa_flags = SA_SIGINFO | SA_NODEFER};
  CHECK(sigaction(SIGSEGV, &later, &found) == 0);
  chunk_startup();
  poke(forbidden, 1);
}

static void test_put_in_front(void) {
  skip_under_sanitizer();
  CHECK(status_of_child(write_before_a_later_handler, new_block(1, 1)) == 0);
  CHECK(status_of_child(fault_within_a_later_handler, NULL) == 0);
}

/* A thread whose stack lies in chunks, which the header forbids, copies it lazily: the fault is in
 * the library itself, which does not wait for its own lock, but lets the program end. */
static char *stack;

static void *copy_own_stack(void *unused) {
  stack_t handlers = {.ss_sp = malloc(1 << 16), .ss_size = 1 << 16};
  CHECK(handlers.ss_sp && sigaltstack(&handlers, NULL) == 0);
  chunks_copy_lazy(stack, 8);
  return unused;
}

static void run_on_chunks(void *unused) {
  pthread_attr_t attributes;
  pthread_t thread;
  (void)unused;
  stack = chunks_alloc(8);
  pthread_attr_init(&attributes);
  CHECK(stack && pthread_attr_setstack(&attributes, stack, 8 * CHUNKSIZE) == 0);
  CHECK(pthread_create(&thread, &attributes, copy_own_stack, NULL) == 0);
  pthread_join(thread, NULL);
}

static void test_own_stack(void) {
  skip_without_sharing();
  skip_under_sanitizer();
  CHECK(status_of_child(run_on_chunks, NULL) == DIED_BY_SIGSEGV);
}

static const struct test tests[] = {
    {"faults_of_first_calls", test_first_calls, 20},
    {"faults_blocked", test_blocked_faults, 20},
    {"faults_put_in_front", test_put_in_front, 20},
    {"faults_of_own_stack", test_own_stack, 20},
};

RUN_TESTS(tests)
