/* The one lock: a futex (the three-state mutex), because a pthread mutex may not
 * be locked in a signal handler. Signals are blocked while it is held, so that no
 * handler of this thread runs, writes to a chunk and waits for the lock for ever; those
 * that a fault raises as well, because they may be sent. Only SIGSEGV stays open. */
#include <errno.h>
#include <linux/futex.h>
#include <sched.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "internal.h"

enum { UNLOCKED, LOCKED, CONTENDED };
static atomic_int state;

/* Of the thread that holds the lock: who it is (no two have the same errno), and what it
 * had before. */
static int *_Atomic holder;
static sigset_t signals_before;
static int error_before;

/* Not 0, but in a child process that has not taken the lock yet: a page that the
 * kernel clears there. */
static atomic_int before_startup = 1, *_Atomic is_known = &before_startup;

void lock_startup(void) {
  size_t page = (size_t)sysconf(_SC_PAGESIZE);
  void *memory = mmap(NULL, page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return;
  madvise(memory, page, MADV_WIPEONFORK);
  *(atomic_int *)memory = 1; /* before anybody looks there */
  is_known = memory;
}

/* All signals except SIGSEGV: also those that the C library keeps for itself and leaves out
 * of sigfillset. A thread cancelled by one of them would take the lock along. */
void lock_other_signals(sigset_t *set) {
  memset(set, 0xff, sizeof *set);
  sigdelset(set, SIGSEGV);
}

/* pthread_sigmask, also for those. */
void lock_mask_signals(int how, const sigset_t *set, sigset_t *before) {
  syscall(SYS_rt_sigprocmask, how, set, before, _NSIG / 8);
}

static void acquire(void) {
  int expected = UNLOCKED;
  if (atomic_compare_exchange_strong(&state, &expected, LOCKED)) return;
  while (atomic_exchange(&state, CONTENDED) != UNLOCKED) {
    syscall(SYS_futex, &state, FUTEX_WAIT_PRIVATE, CONTENDED, NULL, NULL, 0);
  }
}

/* In a new child process, where the kernel may not have cleared the page: before Linux
 * 4.14, and in qemu's user emulation. */
void lock_begin_anew(void) {
  atomic_store(is_known, 0);
}

/* Returns whether this is the first time in a new child process. There is no thread
 * but this one then, even if the parent was forked while another held the lock. */
bool lock_take(void) {
  int error = errno;
  sigset_t others, before;
  lock_other_signals(&others);
  lock_mask_signals(SIG_BLOCK, &others, &before);
  bool is_born = atomic_load(is_known) == 0;
  if (is_born) {
    atomic_store(&state, UNLOCKED);
    atomic_store(is_known, 1);
  }
  acquire();
  atomic_store(&holder, &errno);
  signals_before = before;
  error_before = error;
  return is_born;
}

bool lock_is_mine(void) {
  return atomic_load(&holder) == &errno;
}

/* The thread that holds the lock will have SIGSEGV open when it gives it. */
void lock_open_faults(void) {
  sigdelset(&signals_before, SIGSEGV);
}

/* Leaves errno as it was, or an error there: returns 0, or -1. */
int lock_give(int error) {
  sigset_t before = signals_before;
  int now = error ? error : error_before;
  atomic_store(&holder, NULL);
  if (atomic_exchange(&state, UNLOCKED) == CONTENDED)
    syscall(SYS_futex, &state, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
  lock_mask_signals(SIG_SETMASK, &before, NULL);
  errno = now;
  return error ? -1 : 0;
}

/* The same for a thread that will take the lock again at once: who is waiting needs time to wake up. */
void lock_let_others(void) {
  bool is_contended = atomic_load(&state) == CONTENDED;
  lock_give(0);
  for (int i = 0; is_contended && i < 1000 && atomic_load(&state) == UNLOCKED; i++) sched_yield();
}
