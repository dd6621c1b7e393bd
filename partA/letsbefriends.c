/* libletsbefriends: a kind word when a program crashes, then what happened and
 * where. Link a program with it or preload it; see libletsbefriends(7).
 *
 * The constructor installs the handler and gives the main thread an alternate
 * stack; nothing else happens in a healthy program. The handler runs in a
 * program in which anything may be broken and any lock may be held: it calls
 * only async-signal-safe functions and uses only static memory. It writes the
 * kind line first, then what it knows by itself, and leaves the risky work to
 * child processes, all under one deadline. */
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "internal.h"

enum { REPORT_MILLISECONDS = 2000 };

struct at_start at_start;
struct crash crash;

/* The threads of one process give one report. The claim names its thread, so
 * that one left behind by a vfork child, which shares our memory, is seen to be
 * stale. Async-signal-safe. */
static bool claim_the_report(void) {
  static _Atomic pid_t claimant;
  pid_t holder = claimant;
  do {
    if (holder != 0 && syscall(SYS_tgkill, getpid(), holder, 0) == 0) return holder == thread_id();
  } while (!atomic_compare_exchange_weak(&claimant, &holder, thread_id()));
  return true;
}

/* A random number that disturbs nobody's rand(): from random bytes of the
 * kernel, the ids of process and thread, and the time. Async-signal-safe. */
static uint64_t random_number(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  uint64_t x = at_start.random ^ (uint64_t)now.tv_nsec << 16 ^ (uint64_t)now.tv_sec;
  x ^= (uint64_t)getpid() << 32 ^ (uint64_t)thread_id();
  return x * 0x9e3779b97f4a7c15u >> 32; /* the upper half depends on every bit */
}

/* The message after this one; after the last, the first. Async-signal-safe. */
static const char *next_message(const char *message) {
  message += strcspn(message, "\n");
  while (*message == '\n') message++;
  return *message ? message : options.messages;
}

/* The first line of the report. Async-signal-safe. */
static void say_something_kind(void) {
  const char *message = options.messages;
  for (uint64_t steps = random_number() % 10000; steps > 0; steps--) message = next_message(message);
  report_bytes(message, strcspn(message, "\n"));
  report_send();
}

/* Does the fault happen again when its instruction does? Not what was sent, nor
 * what is noticed later than it happens. Async-signal-safe. */
static bool happens_again(int number, const siginfo_t *info) {
  if (number == SIGSEGV) return comes_with_address(info) || info->si_code == SI_KERNEL;
  return info->si_code > 0 && !(number == SIGBUS && info->si_code == BUS_MCEERR_AO);
}

/* Ends the process the way the options ask for: with the usual status, or by
 * the signal. A fault happens again when the handler returns, now without a
 * handler; any other signal is sent again. Async-signal-safe. */
static void finish(int number, const siginfo_t *info) {
  if (options.core) {
    sigset_t only;
    sigemptyset(&only);
    sigaddset(&only, number);
    signal(number, SIG_DFL);
    if (happens_again(number, info)) return;
    syscall(SYS_tgkill, getpid(), thread_id(), number);
    sigprocmask(SIG_UNBLOCK, &only, NULL);
  }
  _exit(128 + number);
}

/* What happened and, if the program did it by itself, where. Async-signal-safe. */
static void tell(void) {
  bool jumped = explain(crash.number, crash.info, crash.context);
  if (crash.info->si_code > 0 || sender(crash.info) == crash.process) where(crash.context, jumped);
}

/* The order of events in a crash. What comes later may fail: the sandbox may kill
 * for opening a file, or for making a process. Async-signal-safe. */
static void handle(int number, siginfo_t *info, void *context) {
  sigset_t all;
  arch_allow_unaligned();
  sigfillset(&all);
  sigprocmask(SIG_SETMASK, &all, NULL);
  if (!claim_the_report()) wait_for_the_end(number);
  report_begin(REPORT_MILLISECONDS);
  say_something_kind();
  if (options.explain) {
    crash = (struct crash){number, info, context, getpid(), getpid() == thread_id()};
    set_limit(RLIMIT_NOFILE, RLIM_INFINITY); /* most programs without descriptors can have more */
    park_other_threads();
    run_with_descriptors(tell);
  }
  finish(number, info);
}

/* A signal that was ignored when the program started stays ignored, and a
 * handler that is there already stays. */
static void install(int number) {
  struct sigaction old, new = {.sa_sigaction = handle, .sa_flags = SA_SIGINFO | SA_ONSTACK};
  sigfillset(&new.sa_mask);
  if (sigaction(number, NULL, &old) == 0 && old.sa_handler == SIG_DFL) sigaction(number, &new, NULL);
}

static void look_around(void) {
  const char *path = getauxval(AT_SECURE) ? NULL : getenv("PATH");
  const void *random = (const void *)getauxval(AT_RANDOM);
  copy_text(at_start.program_name, sizeof at_start.program_name, program_invocation_short_name);
  copy_text(at_start.search_path, sizeof at_start.search_path, path ? path : "/usr/bin:/bin");
  if (random) memcpy(&at_start.random, random, sizeof at_start.random);
  at_start.on_stack = random;
  at_start.program_headers = (const void *)getauxval(AT_PHDR);
  at_start.program_header_count = getauxval(AT_PHNUM);
  at_start.standard_error_open = fcntl(STDERR_FILENO, F_GETFD) >= 0;
}

__attribute__((constructor)) static void make_friends(void) {
  int saved = errno;
  look_around();
  options_read();
  use_alternate_stack();
  /* Java calls the handler before its own before it reports a crash itself. */
  bool java = strcmp(at_start.program_name, "java") == 0;
  for (int number = 1; number < 32 && !java; number++) {
    if (options.signals >> number & 1) install(number);
  }
  errno = saved;
}
