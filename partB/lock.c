/* The one lock: a futex (the three-state mutex), because a pthread mutex may not
 * be locked in a signal handler. Signals are blocked while it is held, so that no
 * handler of this thread runs, writes to a chunk and waits for the lock for ever.
 * The synchronous signals stay open: a fault while they are blocked kills. */
#include <errno.h>
#include <linux/futex.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "internal.h"

enum { UNLOCKED, LOCKED, CONTENDED };
static atomic_int state;

/* While a fork is prepared its thread holds the lock, and another library's fork
 * handlers may use chunks in that thread: it passes. */
static atomic_bool fork_under_way;
static _Atomic pthread_t fork_thread; /* others read it at any time */

static bool held_by_this_fork(void) {
  return atomic_load(&fork_under_way) && pthread_equal(atomic_load(&fork_thread), pthread_self());
}

/* Async-signal-safe. */
void asynchronous_signals(sigset_t *set) {
  static const int synchronous[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP};
  sigfillset(set);
  for (size_t i = 0; i < sizeof synchronous / sizeof *synchronous; i++) sigdelset(set, synchronous[i]);
}

static void acquire(void) {
  int expected = UNLOCKED;
  if (atomic_compare_exchange_strong(&state, &expected, LOCKED)) return;
  while (atomic_exchange(&state, CONTENDED) != UNLOCKED) {
    syscall(SYS_futex, &state, FUTEX_WAIT_PRIVATE, CONTENDED, NULL, NULL, 0);
  }
}

static void release(void) {
  if (atomic_exchange(&state, UNLOCKED) == CONTENDED) {
    syscall(SYS_futex, &state, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
  }
}

/* Where asynchronous signals are blocked already. Async-signal-safe. */
void lock_in_handler(struct held *held) {
  held->error = errno;
  if (held_by_this_fork()) {
    fork_catch_up();
  } else {
    acquire();
  }
}

/* Async-signal-safe. */
void unlock_in_handler(const struct held *held) {
  if (!held_by_this_fork()) release();
  errno = held->error;
}

/* Async-signal-safe. */
void block_asynchronous_signals(sigset_t *before) {
  sigset_t asynchronous;
  asynchronous_signals(&asynchronous);
  pthread_sigmask(SIG_BLOCK, &asynchronous, before);
}

void lock(struct held *held) {
  block_asynchronous_signals(&held->signals);
  lock_in_handler(held);
  if (held_by_this_fork()) fork_take_back(); /* what is to come may need true records */
}

void unlock(const struct held *held) {
  if (held_by_this_fork()) fork_prepare();
  unlock_in_handler(held);
  pthread_sigmask(SIG_SETMASK, &held->signals, NULL);
}

void lock_for_fork(struct held *held) {
  lock(held);
  atomic_store(&fork_thread, pthread_self());
  atomic_store(&fork_under_way, true);
}

void unlock_after_fork(const struct held *held) {
  atomic_store(&fork_under_way, false);
  unlock(held);
}
