/* Risky work happens in another process, so that whatever becomes of it, the
 * crashed one still ends in time. */
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>

#include "internal.h"

enum { PROCESSOR_SECONDS = 2 };

/* Fails where the limit is lower already. */
static void set_limit(int resource, rlim_t soft, rlim_t hard) {
  setrlimit(resource, &(struct rlimit){soft, hard});
}

/* Not fork: that runs atfork handlers and takes locks. Without an exit signal
 * the child is invisible to the program's SIGCHLD handler and its waitpid(-1),
 * untraced also to a debugger. qemu's user emulation makes no such child. */
static pid_t make_child(void) {
  long pid = syscall(SYS_clone, CLONE_UNTRACED, 0, 0, 0, 0);
  if (pid < 0 && errno == EINVAL) pid = syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
  return (pid_t)pid;
}

static void close_all_but_standard_error(void) {
  close(STDIN_FILENO);
  close(STDOUT_FILENO);
#ifdef SYS_close_range
  if (syscall(SYS_close_range, STDERR_FILENO + 1, UINT_MAX, 0) == 0) return;
#endif
  for (int file = STDERR_FILENO + 1; file < 1024; file++) close(file); /* kernels before 5.9 */
}

/* A second fault finds its signal blocked, which ends the child at once. A limit
 * of one byte is what both ways of writing cores respect. */
static void prepare(void (*last_words)(int)) {
  static const int faults[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGXCPU};
  struct sigaction action = {.sa_handler = last_words};
  struct rlimit descriptors;
  sigset_t blocked;
  sigfillset(&blocked);
  sigfillset(&action.sa_mask);
  for (unsigned i = 0; i < sizeof faults / sizeof *faults; i++) {
    sigaction(faults[i], &action, NULL);
    sigdelset(&blocked, faults[i]);
  }
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  set_limit(RLIMIT_CORE, 1, 1);
  if (getrlimit(RLIMIT_NOFILE, &descriptors) == 0)
    set_limit(RLIMIT_NOFILE, descriptors.rlim_max, descriptors.rlim_max);
  set_limit(RLIMIT_CPU, PROCESSOR_SECONDS, 2 * PROCESSOR_SECONDS);
  close_all_but_standard_error();
  sigprocmask(SIG_SETMASK, &blocked, NULL);
}

/* Waits for a child; ends it if it is late. */
static void wait_for(pid_t pid) {
  struct timespec pause = {.tv_nsec = 100000};
  int tries = 1000;
  while (tries > 0 && waitpid(pid, NULL, WNOHANG | __WALL) == 0) {
    if (milliseconds_left() == 0) {
      kill(pid, SIGKILL);
      tries--;
    }
    nanosleep(&pause, NULL);
  }
}

void run_in_child(void (*work)(void), void (*last_words)(int)) {
  pid_t pid = make_child();
  if (pid == 0) {
    prepare(last_words);
    work();
  }
  if (pid > 0) wait_for(pid);
}

/* What remains after waiting for a program is for writing what is known without it. */
static int time_to_wait(void) {
  int left = milliseconds_left() - (int)options.timeout * 1000 / 4;
  return left > 0 ? left : 0;
}

/* Collects what comes from input, as text; false if the deadline comes first. */
static bool collect(int input, char *buffer, size_t size) {
  size_t used = 0;
  bool in_time = true;
  while (used < size - 1) {
    struct pollfd ready = {.fd = input, .events = POLLIN};
    in_time = poll(&ready, 1, time_to_wait()) > 0;
    ssize_t got = in_time ? read(input, buffer + used, size - 1 - used) : 0;
    if (got <= 0) break;
    used += (size_t)got;
  }
  buffer[used] = 0;
  return in_time;
}

/* The environment has nothing that the crashed program might have changed, but where to look. A program that
 * crashes as well gives no report of its own. */
__attribute__((noinline)) static void become(const char *const *names, char **arguments, int (*input)(void),
                                             int output) {
  static char locale[] = "LC_ALL=C", quiet[] = "LETSBEFRIENDS_OPTIONS=explain=0";
  static char *environment[] = {at_start.search_path, locale, quiet, NULL};
  environ = environment; /* execvpe searches its PATH */
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  set_limit(RLIMIT_CPU, PROCESSOR_SECONDS, PROCESSOR_SECONDS);
  dup2(output, STDOUT_FILENO);
  close(STDIN_FILENO);
  close(STDERR_FILENO);
  if (input() != STDIN_FILENO) _exit(127);
  int spare = dup(open("/dev/null", O_WRONLY)); /* as standard error, if one is left to open files */
  close(spare < 0 ? STDERR_FILENO : spare);
  /* Only now, as until exec the memory is the crashed program's, of which there may be more. */
  set_limit(RLIMIT_AS, (rlim_t)1 << 30, (rlim_t)1 << 30);
  for (; *names; names++) execvpe(*names, arguments, environment);
  _exit(127);
}

/* Ends what a program has started and left behind: such processes become this one's children. */
static void end_orphans(void) {
  static char list[4096];
  while (waitpid(-1, NULL, WNOHANG | __WALL) >= 0) {
    int file = open("/proc/thread-self/children", O_RDONLY | O_CLOEXEC);
    ssize_t got = read(file, list, sizeof list - 1);
    close(file);
    if (got < 0 || milliseconds_left() == 0) return;
    list[got] = 0;
    const char *next = list;
    for (pid_t id; (id = (pid_t)take_number(&next, 10)) > 0; next++) kill(id, SIGKILL);
  }
}

/* A grandchild, since exec turns the exit signal back to SIGCHLD, which the program would notice.
 * The status does not count: eu-addr2line fails if it does not know all lines. */
bool run_program(const char *const *names, char **arguments, int (*input)(void), char *buffer, size_t size) {
  int ends[2], status = 0;
  *buffer = 0;
  if (pipe(ends) != 0) return true;
  fcntl(ends[0], F_SETFD, FD_CLOEXEC);
  pid_t pid = vfork();
  if (pid == 0) become(names, arguments, input, ends[1]);
  close(ends[1]);
  bool in_time = pid < 0 || collect(ends[0], buffer, size);
  close(ends[0]);
  if (pid < 0) return true;
  if (!in_time || strlen(buffer) == size - 1) kill(pid, SIGKILL);
  waitpid(pid, &status, 0);
  end_orphans();
  return !WIFSIGNALED(status) || (WTERMSIG(status) != SIGKILL && WTERMSIG(status) != SIGXCPU);
}
