/* libletsbefriends: a kind word when a program crashes, then what happened and
 * where. Link a program with it or preload it; see libletsbefriends(7).
 *
 * The constructor installs the handler and gives the main thread an alternate
 * stack; nothing else happens in a healthy program. The handler runs in a
 * program in which anything may be broken and any lock may be held: it calls
 * only async-signal-safe functions and uses only static memory. It writes the
 * kind line first, then what it knows by itself, and leaves the risky work to
 * a child process, under a deadline. */
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/syscall.h>

#include "internal.h"

/* The threads of one process give one report. The claim names its thread, so
 * that one left behind by a vfork child, which shares our memory, is seen to be
 * stale. */
static bool claim_the_report(void) {
  static _Atomic pid_t claimant;
  pid_t holder = claimant;
  do {
    if (holder != 0 && syscall(SYS_tgkill, getpid(), holder, 0) == 0) return holder == thread_id();
  } while (!atomic_compare_exchange_weak(&claimant, &holder, thread_id()));
  return true;
}

/* A random number that disturbs nobody's rand(): from random bytes of the
 * kernel, and the ids of process and thread. */
static uint64_t random_number(void) {
  uint64_t x = at_start.random;
  if (!strict_mode) x ^= (uint64_t)getpid() << 32 ^ (uint64_t)thread_id();
  return x * 0x9e3779b97f4a7c15u >> 32; /* the upper half depends on every bit */
}

/* The message after this one; after the last, the first. */
static const char *next_message(const char *message) {
  message += strcspn(message, "\n");
  while (*message == '\n') message++;
  return *message ? message : options.messages;
}

/* The first line of the report. */
static void say_something_kind(void) {
  const char *message = options.messages;
  for (uint64_t steps = random_number() % 10000; steps > 0; steps--) message = next_message(message);
  report_bytes(message, strcspn(message, "\n"));
  report_send();
}

/* Does the fault happen again when the handler returns? Not what was sent, nor what is noticed later than it
 * happens, nor if another thread has passed it on: then it does not return to where the crash was. */
static bool happens_again(const struct crash *crash) {
  enum { SIGNAL_FRAME = 65536 };
  const siginfo_t *info = crash->info;
  if (!info || info->si_code <= 0) return false;
  if ((uintptr_t)crash->context - (uintptr_t)__builtin_frame_address(0) > SIGNAL_FRAME) return false;
  if (crash->number == SIGSEGV) return comes_with_address(info) || is_refused(crash);
  return crash->number != SIGBUS || info->si_code != BUS_MCEERR_AO;
}

/* Ends the process the way the options ask for: with the usual status, or by
 * the signal, as after abort, which promises that. A fault happens again when the
 * handler returns, now without a handler; any other signal is sent again. */
static void finish(const struct crash *crash) {
  int number = crash->number;
  if (options.core || number == SIGABRT) {
    sigset_t only;
    sigemptyset(&only);
    sigaddset(&only, number);
    bool allowed = signal(number, SIG_DFL) != SIG_ERR;
    if (allowed && happens_again(crash)) return;
    syscall(SYS_tgkill, getpid(), thread_id(), number);
    sigprocmask(SIG_UNBLOCK, &only, NULL);
  }
  _exit(128 + number);
}

/* Nothing may end the thread now, or the crash would be gone with it: no signal, also of those that
 * the C library leaves out of sigfillset and sigprocmask, and no cancellation in a call like write. */
static void stay_alive(void) {
  uint64_t all = ~(uint64_t)0;
  int before;
  syscall(SYS_rt_sigprocmask, SIG_SETMASK, &all, NULL, sizeof all);
  pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &before);
}

/* Can all of it be read? The kernel reads a signal mask before it refuses to do the unknown with it. */
static bool is_readable(const void *start, size_t size) {
  const char *ends[] = {start, (const char *)start + size - sizeof(uint64_t)};
  for (int i = 0; i < 2; i++) {
    if (syscall(SYS_rt_sigprocmask, -1, ends[i], NULL, sizeof(uint64_t)) != 0 && errno == EFAULT)
      return false;
  }
  return true;
}

/* A handler of the program's that passes on only the number, as handlers without SA_SIGINFO get it,
 * leaves anything in place of the rest. */
static bool all_passed_on(int number, const siginfo_t *info, const ucontext_t *context) {
  return is_readable(info, sizeof *info) && info->si_signo == number &&
         is_readable(context, sizeof *context) && arch_is_context(context);
}

/* The order of events in a crash. What comes later may fail: the sandbox may kill
 * for opening a file, or for making a process. */
ARCH_ALIGN_STACK static void handle(int number, siginfo_t *info, void *context) {
  arch_allow_unaligned();
  if (strict_mode) {
    say_something_kind();
    syscall(SYS_exit, 128 + number); /* the only way out that it allows */
  }
  arch_mend_thread();
  stay_alive();
  if (!claim_the_report()) wait_for_the_end(number);
  report_begin();
  say_something_kind();
  struct crash crash = {.number = number, .process = getpid(), .thread = thread_id()};
  crash.on_stack = thread_on_stack();
  if (all_passed_on(number, info, context)) crash.info = info, crash.context = context;
  if (options.explain) tell(&crash);
  finish(&crash);
}

/* A signal that was ignored when the program started stays ignored, and a
 * handler that is there already stays. */
static void install(int number) {
  struct sigaction old, new = {.sa_sigaction = handle, .sa_flags = SA_SIGINFO | SA_ONSTACK};
  memset(&new.sa_mask, 0xff, sizeof new.sa_mask); /* not sigfillset, see above */
  if (sigaction(number, NULL, &old) == 0 && old.sa_handler == SIG_DFL) sigaction(number, &new, NULL);
}

__attribute__((constructor)) static void make_friends(void) {
  int saved = errno;
  start_look_around();
  options_read();
  use_alternate_stack();
  /* Java calls the handler before its own before it reports a crash itself. */
  bool java = strcmp(at_start.program_name, "java") == 0;
  for (int number = 1; number < 32 && !java; number++) {
    if (options.signals >> number & 1) install(number);
  }
  errno = saved;
}
