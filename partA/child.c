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

/* Not fork: that runs atfork handlers and takes locks. Without an exit signal
 * the child is invisible to the program's SIGCHLD handler and its waitpid(-1),
 * untraced also to a debugger. qemu's user emulation makes no such child. A fault
 * of the child ends it at once, silently and without a core: all signals are
 * blocked, and a limit of one byte is what both ways of writing cores respect. */
static pid_t make_child(void) {
  long pid = syscall(SYS_clone, CLONE_UNTRACED, 0, 0, 0, 0);
  if (pid < 0 && errno == EINVAL) pid = syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
  if (pid == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    set_limit(RLIMIT_CORE, 1);
    set_limit(RLIMIT_AS, (rlim_t)1 << 30);
  }
  return (pid_t)pid;
}

/* Standard input stays closed: a program with few descriptors has none to waste. */
static void use_output(int output) {
  dup2(output, STDOUT_FILENO);
  close(STDIN_FILENO);
  dup2(open("/dev/null", O_WRONLY), STDERR_FILENO);
  close(STDIN_FILENO);
  close_from(STDERR_FILENO + 1);
}

/* Ends a child; at once, or if it is late. */
static void reap(pid_t pid, bool at_once) {
  struct timespec pause = {.tv_nsec = 100000};
  int tries = 1000;
  while (tries > 0 && waitpid(pid, NULL, WNOHANG | __WALL) == 0) {
    if (at_once || milliseconds_left() == 0) {
      kill(pid, SIGKILL);
      tries--;
    }
    nanosleep(&pause, NULL);
  }
}

/* The children's share of the time; the rest is for writing what they found. */
static int time_to_wait(void) {
  enum { TIME_TO_WRITE = 300 };
  int left = milliseconds_left() - TIME_TO_WRITE;
  return left > 0 ? left : 0;
}

static ssize_t collect(int input, char *buffer, size_t size) {
  size_t used = 0;
  while (used < size) {
    struct pollfd ready = {.fd = input, .events = POLLIN};
    int left = time_to_wait();
    if (left == 0 || poll(&ready, 1, left) <= 0) break;
    ssize_t got = read(input, buffer + used, size - used);
    if (got <= 0) break;
    used += (size_t)got;
  }
  return (ssize_t)used;
}

ssize_t run_in_child(void (*work)(void *argument), void *argument, void *buffer, size_t size) {
  int ends[2];
  if (time_to_wait() == 0 || pipe(ends) != 0) return -1;
  pid_t pid = make_child();
  if (pid == 0) {
    use_output(ends[1]);
    work(argument);
    _exit(0);
  }
  ssize_t used = -1;
  close(ends[1]);
  if (pid > 0) {
    used = collect(ends[0], buffer, size);
    reap(pid, true);
  }
  close(ends[0]);
  return used;
}

/* Are there as many free descriptors as a report needs? */
static bool have_descriptors(void) {
  int ends[2];
  if (pipe(ends) != 0) return errno != EMFILE;
  close(ends[0]);
  close(ends[1]);
  return true;
}

void run_with_descriptors(void (*work)(void)) {
  pid_t pid = have_descriptors() ? -1 : make_child();
  if (pid > 0) {
    reap(pid, false);
    return;
  }
  if (pid == 0) {
    close(STDIN_FILENO);
    close(STDOUT_FILENO);
    close_from(STDERR_FILENO + 1);
  }
  work();
  if (pid == 0) _exit(0);
}
