/* The SIGSEGV handler: a first write to a shared chunk is solved here; every
 * other fault goes to the handler that was there before. */
#include <errno.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "cpu.h"
#include "internal.h"

static struct sigaction previous;

/* ---- Solving ---- */

/* Says so in one line: printf may not be called here. */
static bool announce_no_memory(struct slot slot) {
  char line[] = "lazycopy: the kernel gives no memory for the chunk at 0x0000000000000000\n";
  char *digit = line + sizeof line - 3;
  for (uintptr_t rest = (uintptr_t)view_of(slot); rest > 0; rest /= 16)
    *digit-- = "0123456789abcdef"[rest % 16];
  return syscall(SYS_write, STDERR_FILENO, line, sizeof line - 1) < 0; /* nothing else can be done */
}

/* Another thread may have solved the fault already; or the user has protected the
 * chunk himself, and means to be told. */
static bool is_writable_now(struct slot slot, const void *address) {
  if (mapping_is_writable(address)) return true;
  bool half_done = maps_of(slot) & PRIVATE && frame_of(slot).index != 0; /* see fork.c */
  return half_done && mapping_is_readable(address) && mapping_make_private(slot) == 0;
}

/* If the processor does not say what it was: a chunk that can be read was written. (Asking
 * takes as long as half of the split, as it maps the old frame's pages.) */
static bool solve_locked(const siginfo_t *info, const void *context) {
  struct slot slot = space_slot_at(info->si_addr);
  enum write write = was_write(info, context);
  if (!slot.index || !is_live(maps_of(slot)) || write == NO) return false;
  if (maps_of(slot) & WRITABLE) return is_writable_now(slot, info->si_addr);
  if (write == PERHAPS && !(maps_of(slot) & LOST) && !mapping_is_readable(info->si_addr)) return false;
  return split(slot) == 0 || (announce_no_memory(slot), false);
}

int chunk_handle_fault(siginfo_t *info, void *context) {
  if (info->si_signo != SIGSEGV || (info->si_code != SEGV_ACCERR && info->si_code != SEGV_MAPERR)) return 0;
  fork_enter();
  bool solved = solve_locked(info, context);
  lock_give(0);
  return solved;
}

/* ---- Passing on ---- */

/* Ends the program as if there were no handler. A fault happens again when the
 * instruction is done again. Other signals do not: those that were sent, and those that
 * the kernel forces, when there is no room for the frame of another one, for example. */
static void end_by_default(siginfo_t *info) {
  if (previous.sa_handler == SIG_IGN && info->si_code <= 0) return;
  signal(SIGSEGV, SIG_DFL);
  if (info->si_code == SEGV_MAPERR || info->si_code == SEGV_ACCERR) return;
  syscall(SYS_rt_tgsigqueueinfo, getpid(), syscall(SYS_gettid), SIGSEGV, info);
}

/* Calls the previous handler as the kernel would have: with its arguments, its
 * mask, SIGSEGV blocked unless SA_NODEFER, and once only if SA_RESETHAND. */
static void call_previous(siginfo_t *info, void *context) {
  struct sigaction action = previous;
  sigset_t mask;
  sigorset(&mask, &((ucontext_t *)context)->uc_sigmask, &action.sa_mask);
  if (!(action.sa_flags & SA_NODEFER)) sigaddset(&mask, SIGSEGV);
  if (action.sa_flags & SA_RESETHAND) previous.sa_handler = SIG_DFL, previous.sa_flags = 0;
  lock_mask_signals(SIG_SETMASK, &mask, NULL);
  if (action.sa_flags & SA_SIGINFO) {
    action.sa_sigaction(SIGSEGV, info, context);
  } else {
    action.sa_handler(SIGSEGV);
  }
}

static void on_fault(int signal, siginfo_t *info, void *context) {
  (void)signal;
  if (chunk_handle_fault(info, context)) return;
  if (previous.sa_handler == SIG_DFL || previous.sa_handler == SIG_IGN) {
    end_by_default(info);
  } else {
    call_previous(info, context);
  }
}

/* SA_ONSTACK: a program may have given its threads an alternate stack. The mask:
 * another handler that ran on top of this one and wrote to a chunk would fault
 * while SIGSEGV is blocked, and that kills. */
void fault_startup(void) {
  struct sigaction action = {.sa_sigaction = on_fault, .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_RESTART};
  lock_asynchronous_signals(&action.sa_mask);
  sigaction(SIGSEGV, NULL, &previous); /* known before the first fault can be passed on */
  sigaction(SIGSEGV, &action, NULL);
}
