/* Runs a command that may hang or loop:
 *
 *   within SECONDS COMMAND...
 *
 * It gets so many seconds of processor time, with all that it starts, and may sleep as
 * long, on the reference machine (effort.h). Exits as the command does, with 128 +
 * signal if one ended it, or with 124 if it was stopped. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "effort.h"
#include "leftovers.h"

enum { STOPPED = 124 };

/* Waits for an event: the end of the command, or of one of its orphans; a second at most. */
static void wait_a_moment(const sigset_t *child_ends) {
  static const struct timespec second = {.tv_sec = 1};
  sigtimedwait(child_ends, NULL, &second);
}

static int stop(pid_t pid, const char *command, enum effort_verdict verdict) {
  kill(pid, SIGKILL);
  while (waitpid(pid, NULL, 0) < 0 && errno == EINTR) continue;
  kill_other_children(pid);
  fprintf(stderr, "%s was stopped: it %s\n", command,
          verdict == HANGS     ? "hung"
          : verdict == STARVES ? "got too little of this machine"
                               : "used all its time");
  return STOPPED;
}

static int watch(pid_t pid, const char *command, double seconds, const sigset_t *child_ends) {
  struct effort effort = effort_begin(seconds, seconds);
  int status;
  while (waitpid(pid, &status, WNOHANG) != pid) {
    enum effort_verdict verdict = effort_look(&effort);
    if (verdict != GOES_ON) return stop(pid, command, verdict);
    wait_a_moment(child_ends);
  }
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

int main(int count, char **arguments) {
  double seconds = count > 2 ? atof(arguments[1]) : 0;
  if (seconds <= 0) {
    fprintf(stderr, "usage: within SECONDS COMMAND...\n");
    return 2;
  }
  sigset_t child_ends, before;
  sigemptyset(&child_ends);
  sigaddset(&child_ends, SIGCHLD);
  sigprocmask(SIG_BLOCK, &child_ends, &before);
  signal(SIGCHLD, SIG_DFL);
  adopt_orphans();
  pid_t pid = fork();
  if (pid == 0) {
    sigprocmask(SIG_SETMASK, &before, NULL);
    execvp(arguments[2], arguments + 2);
    fprintf(stderr, "%s: cannot be started\n", arguments[2]);
    _exit(127);
  }
  return pid < 0 ? 127 : watch(pid, arguments[2], seconds, &child_ends);
}
