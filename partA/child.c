/* Risky work happens in another process, so that whatever becomes of it, the
 * crashed one still ends in time. Async-signal-safe. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "internal.h"

/* Not fork: that runs atfork handlers and takes locks. Without an exit signal
 * the child is invisible to the program's SIGCHLD handler and its waitpid(-1),
 * untraced also to a debugger. qemu's user emulation makes no such child. */
static pid_t make_child(void) {
  long pid = syscall(SYS_clone, CLONE_UNTRACED, 0, 0, 0, 0);
  if (pid < 0 && errno == EINVAL) pid = syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
  return (pid_t)pid;
}

void set_limit(int resource, rlim_t limit) {
  struct rlimit limits;
  if (getrlimit(resource, &limits) != 0) return;
  limits.rlim_cur = limit < limits.rlim_max ? limit : limits.rlim_max;
  setrlimit(resource, &limits);
}

static void close_from(unsigned first) {
#ifdef SYS_close_range
  if (syscall(SYS_close_range, first, UINT_MAX, 0) == 0) return;
#endif
  for (unsigned file = first; file < 1024; file++) close((int)file); /* kernels before 5.9 */
}

/* A fault of the child ends it at once, silently and without a core: all signals
 * are blocked, and a limit of one byte is what both ways of writing cores respect. */
static void settle_in(int output) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  set_limit(RLIMIT_CORE, 1);
  set_limit(RLIMIT_AS, (rlim_t)1 << 30);
  dup2(output, STDOUT_FILENO);
  close(STDIN_FILENO);
  open("/dev/null", O_RDWR); /* becomes standard input */
  dup2(STDIN_FILENO, STDERR_FILENO);
  close_from(STDERR_FILENO + 1);
}

/* The child has closed its output, or is late: it ends now, or is given up. */
static void reap(pid_t pid) {
  struct timespec pause = {.tv_nsec = 100000};
  kill(pid, SIGKILL);
  for (int tries = 0; tries < 1000 && waitpid(pid, NULL, WNOHANG | __WALL) == 0; tries++)
    nanosleep(&pause, NULL);
}

/* The children's share of the time; the rest is for writing what they found. */
static int time_to_wait(void) {
  enum { TIME_TO_WRITE = 300 };
  int left = milliseconds_left() - TIME_TO_WRITE;
  return left > 0 ? left : 0;
}

static size_t collect(int input, char *buffer, size_t size) {
  size_t used = 0;
  while (used < size) {
    struct pollfd ready = {.fd = input, .events = POLLIN};
    int left = time_to_wait();
    if (left == 0 || poll(&ready, 1, left) <= 0) break;
    ssize_t got = read(input, buffer + used, size - used);
    if (got <= 0) break;
    used += (size_t)got;
  }
  return used;
}

ssize_t run_in_child(void (*work)(void *argument), void *argument, void *buffer, size_t size) {
  int ends[2];
  if (time_to_wait() == 0 || pipe(ends) != 0) return -1;
  pid_t pid = make_child();
  if (pid == 0) {
    settle_in(ends[1]);
    work(argument);
    _exit(0);
  }
  close(ends[1]);
  size_t used = pid < 0 ? 0 : collect(ends[0], buffer, size);
  close(ends[0]);
  if (pid < 0) return -1;
  reap(pid);
  return (ssize_t)used;
}
