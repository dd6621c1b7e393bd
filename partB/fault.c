/* The SIGSEGV handler: a first write to a shared chunk is solved here; every
 * other fault goes to the handler that was there before.
 * Everything here but the start-up is async-signal-safe. */
#include <errno.h>
#include <linux/futex.h>
#include <pthread.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "cpu.h"
#include "internal.h"

static struct sigaction previous;

/* ---- Running out of memory ---- */

/* Says so in one line: printf may not be called here. */
static void announce_no_memory(const void *address) {
  char line[] = "lazycopy: the kernel gives no memory for the chunk at 0x0000000000000000\n";
  char *digit = line + sizeof line - 3;
  for (uintptr_t rest = (uintptr_t)address; rest > 0; rest /= 16) *digit-- = "0123456789abcdef"[rest % 16];
  if (write(STDERR_FILENO, line, sizeof line - 1) < 0) return; /* nothing else can be done */
}

_Noreturn void fault_die_without_memory(const void *address) {
  announce_no_memory(address);
  signal(SIGSEGV, SIG_DFL);
  raise(SIGSEGV);
  _exit(128 + SIGSEGV);
}

/* ---- Solving ---- */

/* May the kernel write there? Asks it to or a word with 0, which changes nothing
 * and, unlike a write of our own, fails with EFAULT instead of a signal. */
static bool is_writable(void *address) {
  uint32_t nobody = 0;
  void *word = (void *)((uintptr_t)address & ~(uintptr_t)3);
  int or_with_zero = FUTEX_OP(FUTEX_OP_OR, 0, FUTEX_OP_CMP_LT, 0);
  long result = syscall(SYS_futex, &nobody, FUTEX_WAKE_OP_PRIVATE, 0, NULL, word, or_with_zero);
  return result >= 0 || errno != EFAULT;
}

/* May it be read? A futex that nobody waits for, at a word that need not be one. */
static bool is_readable(void *address) {
  static const struct timespec no_time;
  void *word = (void *)((uintptr_t)address & ~(uintptr_t)3);
  return syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, 0, &no_time, NULL, 0) == 0 || errno != EFAULT;
}

/* Another thread may have solved the fault already; or the user has protected the
 * chunk himself, and means to be told. */
static bool solve_protected(struct place slot, void *address) {
  if (slot.arena->is_private || *mapping_of(slot) & WRITABLE) return is_writable(address);
  if (split(slot) == 0) return true;
  announce_no_memory(address);
  return false;
}

/* A refused mremap has unmapped the slot: see slots.c. */
static bool solve_lost(struct place slot) {
  if (slot_restore(slot) == 0) return true;
  reserve_release();
  bool restored = slot_restore(slot) == 0;
  reserve_take();
  if (restored) return true;
  announce_no_memory(view_of(slot));
  return false;
}

static bool solve_locked(const siginfo_t *info, const void *context) {
  struct place slot = arena_slot_at(info->si_addr);
  if (!slot.arena || !is_live(*mapping_of(slot))) return false;
  if (*mapping_of(slot) & LOST) return solve_lost(slot);
  if (is_instruction_fetch(info, context)) return false;
  return may_be_write(context) ? solve_protected(slot, info->si_addr) : is_readable(info->si_addr);
}

/* Asynchronous signals must be blocked. */
static bool solve(const siginfo_t *info, const void *context) {
  if (info->si_code != SEGV_ACCERR && info->si_code != SEGV_MAPERR) return false;
  struct held held;
  lock_in_handler(&held);
  bool solved = solve_locked(info, context);
  unlock_in_handler(&held);
  return solved;
}

int chunk_handle_fault(siginfo_t *info, void *context) {
  if (info->si_signo != SIGSEGV) return 0;
  sigset_t before;
  block_asynchronous_signals(&before);
  bool solved = solve(info, context);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  return solved;
}

/* ---- Passing on ---- */

/* Ends the program as if there were no handler: a fault happens again when the
 * instruction is done again; a signal that was sent has to be sent again. */
static void end_by_default(const siginfo_t *info) {
  bool was_sent = info->si_code <= 0;
  if (previous.sa_handler == SIG_IGN && was_sent) return;
  signal(SIGSEGV, SIG_DFL);
  if (was_sent) syscall(SYS_rt_tgsigqueueinfo, getpid(), syscall(SYS_gettid), SIGSEGV, info);
}

/* Calls the previous handler as the kernel would have: with its arguments, its
 * mask, SIGSEGV blocked unless SA_NODEFER, and once only if SA_RESETHAND. */
static void call_previous(siginfo_t *info, void *context) {
  struct sigaction action = previous;
  sigset_t mask = ((ucontext_t *)context)->uc_sigmask;
  for (int signal = 1; signal < NSIG; signal++) {
    if (sigismember(&action.sa_mask, signal) == 1) sigaddset(&mask, signal);
  }
  if (!(action.sa_flags & SA_NODEFER)) sigaddset(&mask, SIGSEGV);
  if (action.sa_flags & SA_RESETHAND) previous.sa_handler = SIG_DFL, previous.sa_flags = 0;
  pthread_sigmask(SIG_SETMASK, &mask, NULL);
  if (action.sa_flags & SA_SIGINFO) {
    action.sa_sigaction(SIGSEGV, info, context);
  } else {
    action.sa_handler(SIGSEGV);
  }
}

static void on_fault(int signal, siginfo_t *info, void *context) {
  (void)signal;
  if (solve(info, context)) return;
  bool has_handler =
      previous.sa_flags & SA_SIGINFO || (previous.sa_handler != SIG_DFL && previous.sa_handler != SIG_IGN);
  if (has_handler) {
    call_previous(info, context);
  } else {
    end_by_default(info);
  }
}

/* SA_ONSTACK: a program may have given its threads an alternate stack. The mask:
 * another handler that ran on top of this one and wrote to a chunk would fault
 * while SIGSEGV is blocked, and that kills. */
void fault_startup(void) {
  struct sigaction action = {.sa_sigaction = on_fault, .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_RESTART};
  asynchronous_signals(&action.sa_mask);
  sigaction(SIGSEGV, NULL, &previous); /* known before the first fault can be passed on */
  sigaction(SIGSEGV, &action, NULL);
}
