/* The SIGSEGV handler: a first write to a shared chunk is solved here; every
 * other fault goes to the handler that was there before. */
#include <errno.h>
#include <stdatomic.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "cpu.h"
#include "internal.h"

/* The handlers that we were put in front of, and how many: the last one gets a fault first. */
enum { MOST = 8 };
static struct sigaction previous[MOST];
static atomic_int count;

/* The faults that this thread has passed on, one within the handler of another: their contexts,
 * how deep the stack was, and to which of the handlers. */
static __thread struct passed {
  const void *context;
  uintptr_t depth;
  int handler;
} passed[MOST] __attribute__((tls_model("initial-exec"))); /* other TLS might be made by malloc first */
static __thread size_t passing __attribute__((tls_model("initial-exec")));

/* ---- Solving ---- */

enum answer { NOT_OURS, SOLVED, NO_MEMORY_LEFT };

static enum answer answer_for(bool is_solved) {
  return is_solved ? SOLVED : NO_MEMORY_LEFT;
}

/* The records say that it can be written: another thread may have solved the fault already;
 * or the user has protected the chunk himself, and means to be told. In a child, what is
 * LEAVING may map its old frame still. */
static enum answer solve_writable(struct slot slot, const void *address) {
  if (probe_is_writable(address)) return SOLVED;
  if (slot_state(slot) != LEAVING || !probe_is_readable(address)) return NOT_OURS;
  return answer_for(mapping_make_private(slot));
}

/* If the processor does not say what it was: a chunk that can be read was written. (Asking
 * takes as long as half of the split, as it maps the old frame's pages.) */
static enum answer solve(const void *address, enum access access) {
  struct slot slot = space_slot_at(address);
  if (!slot.index || !is_live(maps_of(slot)) || access == FETCH) return NOT_OURS;
  switch (slot_state(slot)) {
    case WRITABLE:
    case PRIVATE:
    case LEAVING:
      return solve_writable(slot, address);
    case ASLEEP:
    case UNMAPPED:
      return answer_for(access == WRITE ? split(slot) : split_to_read(slot));
    case READ_ONLY: /* a read: another thread has woken it, or the user has closed it */
      if (access != WRITE && !probe_is_readable(address)) return NOT_OURS;
      if (access == READ) return SOLVED;
  }
  return answer_for(split(slot));
}

int chunk_handle_fault(siginfo_t *info, void *context) {
  if (info->si_signo != SIGSEGV || (info->si_code != SEGV_ACCERR && info->si_code != SEGV_MAPERR)) return 0;
  if (lock_is_mine()) return 0; /* a fault of the library's own: to wait for the lock would be for ever */
  const void *address = info->si_addr;
  enum access access = access_of(info, context);
  fork_take_lock();
  enum answer answer = solve(address, access);
  lock_give(0);
  if (answer == NO_MEMORY_LEFT) {
    int error = errno;
    mapping_announce("the kernel gives no memory for the chunk at", space_slot_at(address));
    errno = error;
  }
  return answer == SOLVED;
}

/* ---- Passing on ---- */

/* Ends the program as if there were no handler. A fault happens again when the
 * instruction is done again. Other signals do not: those that were sent, and those that
 * the kernel forces, when there is no room for the frame of another one, for example. */
static void end_by_default(siginfo_t *info, const struct sigaction *action) {
  if (action->sa_handler == SIG_IGN && info->si_code <= 0) return;
  signal(SIGSEGV, SIG_DFL);
  if (info->si_code == SEGV_MAPERR || info->si_code == SEGV_ACCERR) return;
  syscall(SYS_rt_tgsigqueueinfo, getpid(), syscall(SYS_gettid), SIGSEGV, info);
}

/* Calls a previous handler as the kernel would have: with its arguments, its
 * mask, SIGSEGV blocked unless SA_NODEFER, and once only if SA_RESETHAND. */
static void call(struct sigaction *handler, siginfo_t *info, void *context) {
  struct sigaction action = *handler;
  sigset_t mask;
  sigorset(&mask, &((ucontext_t *)context)->uc_sigmask, &action.sa_mask);
  if (!(action.sa_flags & SA_NODEFER)) sigaddset(&mask, SIGSEGV);
  if (action.sa_flags & SA_RESETHAND) *handler = (struct sigaction){.sa_handler = SIG_DFL};
  lock_mask_signals(SIG_SETMASK, &mask, NULL);
  if (action.sa_flags & SA_SIGINFO) {
    action.sa_sigaction(SIGSEGV, info, context);
  } else {
    action.sa_handler(SIGSEGV);
  }
}

/* Which of the previous handlers gets a fault? One that was installed after ours, and is behind
 * it now, may call ours, as the one that it found: then we are here again with the same context,
 * deeper in the stack, and the next one has its turn. Handlers that have been left are forgotten. */
static int next_handler(const void *context, uintptr_t depth) {
  while (passing > 0 && passed[passing - 1].depth <= depth) passing--;
  for (size_t i = passing; i-- > 0;) {
    if (passed[i].context == context) return --passed[i].handler;
  }
  if (passing == MOST) passing--;
  passed[passing] = (struct passed){context, depth, atomic_load(&count) - 1};
  return passed[passing++].handler;
}

static void on_fault(int signal, siginfo_t *info, void *context) {
  (void)signal;
  if (chunk_handle_fault(info, context)) return;
  int next = next_handler(context, (uintptr_t)__builtin_frame_address(0));
  struct sigaction none = {.sa_handler = SIG_DFL}, *handler = next >= 0 ? &previous[next] : &none;
  if (handler->sa_handler == SIG_DFL || handler->sa_handler == SIG_IGN) {
    end_by_default(info, handler);
  } else {
    call(handler, info, context);
  }
}

/* Puts our handler in front of the one that it finds. SA_ONSTACK: a program may have given
 * its threads an alternate stack. The mask: another handler that ran on top of this one and
 * wrote to a chunk would fault while SIGSEGV is blocked, and that kills. */
void fault_startup(void) {
  struct sigaction action = {.sa_sigaction = on_fault, .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_RESTART},
                   found;
  lock_other_signals(&action.sa_mask);
  sigaction(SIGSEGV, NULL, &found);
  if (found.sa_sigaction == on_fault) return;
  int last = atomic_load(&count) < MOST ? atomic_load(&count) : MOST - 1;
  previous[last] = found; /* known before the first fault can be passed on */
  atomic_store(&count, last + 1);
  sigaction(SIGSEGV, &action, NULL);
}
