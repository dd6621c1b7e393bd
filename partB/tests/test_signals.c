/* Handlers of asynchronous signals that write to lazy chunks, whatever they
 * interrupt; and what the fault handler itself needs and leaves: its stack,
 * errno, the signal mask. */
#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <unistd.h>

#include "support.h"

/* --- A timer's handler writes to shared chunks while the program is in the library. --- */

enum { TARGETS = 32 };

static char *targets[TARGETS];
static unsigned char expected[TARGETS]; /* what the handler wrote last */
static atomic_int ticks;

static void write_on_tick(int signal_number) {
  (void)signal_number;
  int saved = errno;
  size_t i = (size_t)ticks++ % TARGETS;
  poke(targets[i] + 999, expected[i] = (unsigned char)ticks);
  poke(targets[i] + CHUNKSIZE - 1, expected[i]);
  if (peek(targets[i] + 999) != expected[i]) _exit(3);
  errno = saved;
}

/* Signals that are sent by another thread as fast as it can, to handlers that write to what shares frames
 * with copies that come and go. */
static atomic_int stop;

static void *send_signals(void *receiver) {
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, NULL);
  while (!stop) {
    int seen = ticks;
    pthread_kill(*(pthread_t *)receiver, SIGALRM);
    while (ticks == seen && !stop) continue;
  }
  return NULL;
}

static void test_handler_writes_always(void) {
  skip_under_thread_sanitizer();
  for (int i = 0; i < TARGETS; i++) targets[i] = new_block(1, (uint64_t)i);
  struct sigaction action = {.sa_handler = write_on_tick};
  CHECK(sigaction(SIGALRM, &action, NULL) == 0);
  pthread_t self = pthread_self(), sender;
  CHECK(pthread_create(&sender, NULL, send_signals, &self) == 0);
  for (size_t round = 0; ticks < (int)full_or(1500, 2 * TARGETS); round++) {
    char *copy = lazy_copy(targets[round % TARGETS], 1), *chunk = chunk_alloc();
    CHECK(chunk && peek(chunk) == 0);
    poke(copy, 1);
    CHECK(chunk_free(copy) == 0 && chunk_free(chunk) == 0);
  }
  stop = 1;
  pthread_join(sender, NULL);
  for (int i = 0; i < TARGETS; i++) CHECK(peek(targets[i] + 999) == expected[i]);
}

/* --- Stacks --- */

/* A stack with an inaccessible page below it: an overflow cannot go unnoticed. */
static char *guarded_stack(size_t size) {
  size_t guard = CHUNKSIZE;
  char *low = mmap(NULL, guard + size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  CHECK(low != MAP_FAILED && mprotect(low, guard, PROT_NONE) == 0);
  return low + guard;
}

struct writes {
  char *chunks;
  size_t count;
};

static void *write_each(void *argument) {
  struct writes *writes = argument;
  for (size_t i = 0; i < writes->count; i++) poke(writes->chunks + i * CHUNKSIZE + 5, 1);
  return NULL;
}

/* musl allows 2 KiB, on which the kernel itself could not start a handler. */
static size_t smallest_stack(void) {
  size_t least = (size_t)PTHREAD_STACK_MIN;
  return least < 16384 ? 16384 : least;
}

static void write_on_smallest_stack(struct writes writes) {
  size_t size = smallest_stack();
  pthread_attr_t attributes;
  pthread_t thread;
  pthread_attr_init(&attributes);
  CHECK(pthread_attr_setstack(&attributes, guarded_stack(size), size) == 0);
  CHECK(pthread_create(&thread, &attributes, write_each, &writes) == 0);
  pthread_join(thread, NULL);
}

static void test_smallest_stack(void) {
  skip_under_sanitizer();
  enum { COUNT = 20 };
  char *block = new_block(COUNT, 1), *copy = lazy_copy(block, COUNT), *third = lazy_copy(copy, COUNT);
  write_on_smallest_stack((struct writes){copy, COUNT});
  write_on_smallest_stack((struct writes){block, COUNT});
  CHECK(holds(third, COUNT, 1));
  write_on_smallest_stack((struct writes){third, COUNT});
  pid_t pid = fork();
  if (pid == 0) {
    write_on_smallest_stack((struct writes){third, COUNT});
    _exit(0);
  }
  write_on_smallest_stack((struct writes){block, COUNT});
  CHECK(pid > 0 && wait_status(pid) == 0);
}

/* The fault handler runs on the alternate stack, and needs no more than 16 KiB
 * besides the frame the kernel puts there. */
static void test_alternate_stack(void) {
  skip_under_sanitizer();
  skip_without_sharing();
  size_t size = 16384 + (size_t)MINSIGSTKSZ;
  char *stack = guarded_stack((size + 65535) / 65536 * 65536);
  stack_t alternate = {.ss_sp = stack, .ss_size = size};
  CHECK(sigaltstack(&alternate, NULL) == 0);
  memset(stack, 0x77, size);
  char *block = new_block(3, 1), *copy = lazy_copy(block, 3);
  poke(copy, 1);
  size_t touched = 0;
  for (size_t i = 0; i < size; i++) touched += stack[i] != 0x77;
  CHECK(touched > 0);
  CHECK(holds(block, 3, 1));
}

/* --- What a fault and a call leave behind --- */

static int same_mask(const sigset_t *a, const sigset_t *b) {
  for (int i = 1; i < NSIG; i++) {
    if (sigismember(a, i) != sigismember(b, i)) return 0;
  }
  return 1;
}

static sigset_t mask;

static void check_left_alone(void) {
  sigset_t now;
  int error = errno;
  pthread_sigmask(SIG_SETMASK, NULL, &now);
  CHECK(error == 4711 && same_mask(&mask, &now));
}

static void test_mask_and_errno(void) {
  sigemptyset(&mask);
  sigaddset(&mask, SIGUSR2);
  pthread_sigmask(SIG_SETMASK, &mask, NULL);
  errno = 4711;
  chunk_startup();
  char *block = chunks_alloc(4), *copy = lazy_copy(block, 4), *snapshot = chunks_snapshot(block, 4);
  check_left_alone();
  char *eager = chunks_copy_eager(block, 4);
  CHECK(block && snapshot && eager);
  check_left_alone();
  poke(copy, 1);
  poke(block, 1);
  CHECK(peek(snapshot) == 0);
  check_left_alone();
  CHECK(chunk_make_writable(copy, 3 * CHUNKSIZE) == 0 && chunk_make_readable(snapshot, 2 * CHUNKSIZE) == 0);
  CHECK(chunk_pin(copy, CHUNKSIZE) == 0 && chunk_unpin(copy, CHUNKSIZE) == 0);
  check_left_alone();
  CHECK(chunks_restore(block, snapshot, 4) == 0 && chunks_same(block, eager, 4) == 0);
  stats();
  chunk_trim();
  CHECK(chunks_free(copy, 4) == 0 && chunk_free(snapshot) == 0 && chunks_free(NULL, 4) == 0);
  check_left_alone();
  CHECK(!chunk_copy_lazy(&mask) && chunk_free(&mask) == -1 && errno == EINVAL);
  errno = 4711;
  check_left_alone();
}

static const struct test tests[] = {
    {"signals_handler_writes_always", test_handler_writes_always, 60},
    {"signals_smallest_stack", test_smallest_stack, 20},
    {"signals_alternate_stack", test_alternate_stack, 20},
    {"signals_mask_and_errno", test_mask_and_errno, 20},
};

RUN_TESTS(tests)
