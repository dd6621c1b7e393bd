/* While the library holds its lock, no memory of the program's is touched, and no handler of
 * this thread runs that could: so no first write waits for itself. */
#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "kin.h"
#include "refusal.h"
#include "support.h"

/* --- Structures of the program's that lie in chunks --- */

/* Each kind of chunk, in a new block of two that holds the pattern 1. */
static char *private_block(void) {
  return new_block(2, 1);
}

static char *lazy_block(void) {
  return lazy_copy(new_block(2, 1), 2);
}

static char *copied_block(void) {
  char *block = new_block(2, 1);
  lazy_copy(block, 2);
  return block;
}

static char *last_sharer(void) {
  char *block = new_block(2, 1), *copy = lazy_copy(block, 2);
  CHECK(chunks_free(block, 2) == 0);
  return copy;
}

static char *forked_block(void) {
  char *block = new_block(2, 1);
  fork_once();
  return block;
}

static char *unmapped_block(void) {
  char *block = lazy_block();
  refuse(MREMAP, 1, FOR_EVER);
  chunk_make_writable(block, 2 * CHUNKSIZE);
  refuse_nothing();
  return block;
}

static char *(*const kinds_of_block[])(void) = {private_block, lazy_block,   copied_block,
                                                last_sharer,   forked_block, unmapped_block};
enum { KINDS_OF_BLOCK = sizeof kinds_of_block / sizeof *kinds_of_block };

/* At the start of a chunk, across two, at the end. */
static void test_stats_in_chunks(void) {
  const size_t LAST = sizeof(struct chunk_stats);
  const size_t offsets[] = {0, CHUNKSIZE - 4 * sizeof(size_t), 2 * CHUNKSIZE - LAST};
  for (size_t i = 0; i < KINDS_OF_BLOCK; i++) {
    for (size_t j = 0; j < 3; j++) {
      char *block = kinds_of_block[i]();
      size_t live = stats().live_chunks;
      struct chunk_stats *figures = (void *)(block + offsets[j]);
      errno = 4711;
      chunk_get_stats(figures);
      CHECK(errno == 4711 && figures->live_chunks == live);
    }
  }
  errno = 4711;
  chunk_get_stats(NULL);
  CHECK(errno == 4711 && lazycopy_is_valid(1));
}

/* What a handler was given may lie in chunks that are asleep (the program copied it there): the parts of
 * it that are looked at, so far apart that they do not wake together. */
static void test_fault_in_chunks(void) {
  enum { COUNT = 48, APART = 16 * CHUNKSIZE, BEFORE = offsetof(siginfo_t, si_addr) };
  char *block = chunks_alloc(COUNT);
  siginfo_t info = {.si_signo = SIGSEGV, .si_code = SEGV_ACCERR};
  for (size_t at = CHUNKSIZE; at < COUNT * CHUNKSIZE; at += CHUNKSIZE) {
    memcpy(block + at - BEFORE, &info, sizeof info);
  }
  char *snapshot = chunks_snapshot(block, COUNT), *boundary = snapshot + APART - (uintptr_t)snapshot % APART;
  CHECK(chunk_handle_fault((void *)(boundary - BEFORE), boundary + APART) == 0);
}

/* --- Signals that are sent while the library works, whose handlers write to a lazy copy --- */

static const int sent[] = {SIGTRAP, SIGBUS, SIGFPE, SIGILL, SIGSYS, SIGUSR1, SIGABRT, SIGALRM};
enum { SENT = sizeof sent / sizeof *sent };

static char *targets[SENT];
static atomic_int handled;

static void write_to_copy(int number) {
  for (size_t i = 0; i < SENT; i++) {
    if (sent[i] == number) poke(targets[i], 1);
  }
  handled++;
}

static void raise_all(void) {
  for (size_t i = 0; i < SENT; i++) raise(sent[i]);
}

static char *original, *scratch[3];

static void call_alloc(void) {
  chunk_alloc();
}

static void call_alloc_much(void) {
  chunks_alloc(5000);
}

static void call_copy(void) {
  chunk_copy_lazy(original);
}

static void call_copy_eagerly(void) {
  chunk_copy_eager(original);
}

static void call_free(void) {
  chunk_free(scratch[0]);
}

static void call_make_writable(void) {
  chunk_make_writable(scratch[1], 1);
}

static void call_snapshot(void) {
  chunk_snapshot(original);
}

static void call_restore(void) {
  chunk_restore(scratch[0], chunk_snapshot(scratch[1]));
}

static void call_make_readable(void) {
  chunk_make_readable(chunk_snapshot(original), 1);
}

static void call_pin(void) {
  CHECK(chunk_pin(scratch[1], 1) == 0 && chunk_unpin(scratch[1], 1) == 0);
}

static void call_same(void) {
  chunks_same(original, scratch[0], 1);
}

static void call_trim(void) {
  poke(scratch[0], 1);
  chunk_free(scratch[0]);
  chunk_trim();
}

static void read_first(void) {
  peek(chunk_snapshot(original));
}

static void write_first(void) {
  poke(scratch[2], 1);
}

static void (*const calls[])(void) = {
    call_snapshot,     call_restore, call_make_readable, call_pin,        call_same,
    call_trim,         read_first,   call_alloc,         call_alloc_much, call_copy,
    call_copy_eagerly, call_free,    call_make_writable, write_first,     fork_once,
};

/* The signals come in the middle of each call to the kernel, one after the other. */
static void test_sent_signals(void) {
  struct sigaction action = {.sa_handler = write_to_copy};
  for (size_t i = 0; i < SENT; i++) sigaction(sent[i], &action, NULL);
  original = new_block(1, 1);
  for (size_t call = 0; call < sizeof calls / sizeof *calls; call++) {
    int ran = 1;
    for (long number = 1; ran; number++) {
      for (size_t i = 0; i < SENT; i++) targets[i] = lazy_copy(original, 1);
      for (size_t i = 0; i < 3; i++) scratch[i] = lazy_copy(original, 1);
      handled = 0;
      meanwhile(ANY_CALL, number, raise_all);
      calls[call]();
      ran = meanwhile_ran();
      CHECK(handled == (ran ? SENT : 0) && holds(original, 1, 1));
      for (size_t i = 0; i < SENT; i++) CHECK((!ran || peek(targets[i]) == 1) && chunk_free(targets[i]) == 0);
    }
  }
  CHECK(lazycopy_is_valid(1));
}

/* --- A fault of the library's own, while it holds the lock: the handler before it is told --- */

static void fault(void) {
  poke((void *)(uintptr_t)fault, 1);
}

static void end_with_3(int unused) {
  (void)unused;
  _exit(3);
}

static void fault_inside(void *unused) {
  (void)unused;
  signal(SIGSEGV, end_with_3);
  original = new_block(1, 1);
  meanwhile(ANY_CALL, 1, fault);
  call_copy();
}

static void test_own_fault(void) {
  CHECK(status_of_child(fault_inside, NULL) == 3);
}

static const struct test tests[] = {
    {"held_stats_in_chunks", test_stats_in_chunks, 20},
    {"held_fault_in_chunks", test_fault_in_chunks, 20},
    {"held_sent_signals", test_sent_signals, 60},
    {"held_own_fault", test_own_fault, 20},
};

RUN_TESTS(tests)
