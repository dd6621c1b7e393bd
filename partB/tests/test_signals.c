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

/* A handler that runs on the alternate stack already writes to a chunk. */
static char *written_by_handler;

static void write_one(int signal_number) {
  (void)signal_number;
  poke(written_by_handler + 1234, 1);
}

static void test_fault_in_handler_on_alternate_stack(void) {
  skip_under_sanitizer();
  size_t size = 2 * (16384 + (size_t)MINSIGSTKSZ);
  stack_t alternate = {.ss_sp = guarded_stack((size + 65535) / 65536 * 65536), .ss_size = size};
  CHECK(sigaltstack(&alternate, NULL) == 0);
  struct sigaction action = {.sa_handler = write_one, .sa_flags = SA_ONSTACK};
  CHECK(sigaction(SIGUSR1, &action, NULL) == 0);
  char *chunk = new_block(1, 1);
  written_by_handler = lazy_copy(chunk, 1);
  raise(SIGUSR1);
  CHECK(peek(written_by_handler + 1234) == 1 && holds(chunk, 1, 1));
}

/* --- What a fault and a call leave behind --- */

static int same_mask(const sigset_t *a, const sigset_t *b) {
  for (int i = 1; i < NSIG; i++) {
    if (sigismember(a, i) != sigismember(b, i)) return 0;
  }
  return 1;
}

static void check_mask(const sigset_t *mask) {
  sigset_t now;
  pthread_sigmask(SIG_SETMASK, NULL, &now);
  CHECK(same_mask(mask, &now));
}

static void test_mask_and_errno(void) {
  sigset_t mask;
  sigemptyset(&mask);
  sigaddset(&mask, SIGUSR2);
  pthread_sigmask(SIG_SETMASK, &mask, NULL);
  errno = 4711;
  char *block = new_block(4, 1);
  check_mask(&mask);
  char *copy = lazy_copy(block, 4), *eager = chunk_copy_eager(block);
  check_mask(&mask);
  poke(copy, 1);
  poke(block, 1);
  check_mask(&mask);
  CHECK(chunk_make_writable(copy, 3 * CHUNKSIZE) == 0);
  check_mask(&mask);
  stats();
  CHECK(chunks_free(copy, 4) == 0 && chunk_free(eager) == 0 && errno == 4711);
  check_mask(&mask);
  CHECK(!chunk_copy_lazy(&mask) && chunk_free(&mask) == -1);
  check_mask(&mask);
}

/* A write is possible with every signal blocked that can be without risk. */
static void test_all_blocked(void) {
  sigset_t all;
  sigfillset(&all);
  sigdelset(&all, SIGSEGV);
  sigprocmask(SIG_SETMASK, &all, NULL);
  char *block = new_block(4, 1), *copy = lazy_copy(block, 4);
  fill(copy, 4, 2);
  CHECK(holds(block, 4, 1) && holds(copy, 4, 2));
}

static const struct test tests[] = {
    {"signals_handler_writes_always", test_handler_writes_always, 60},
    {"signals_smallest_stack", test_smallest_stack, 20},
    {"signals_alternate_stack", test_alternate_stack, 20},
    {"signals_fault_in_handler_on_alternate_stack", test_fault_in_handler_on_alternate_stack, 20},
    {"signals_mask_and_errno", test_mask_and_errno, 20},
    {"signals_all_blocked", test_all_blocked, 20},
};

int main(void) {
  return run_tests(tests, sizeof tests / sizeof *tests);
}
