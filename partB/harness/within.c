/* Runs a command that may hang or loop:
 *
 *   within SECONDS COMMAND...
 *   within slowness            says how slow this machine is, for MACHINE_SLOWNESS
 *
 * It gets so many seconds of processor time, with all that it starts, and may sleep as
 * long, on the reference machine (effort.h). Exits as the command does, with 128 +
 * signal if one ended it, or with 124 if it was stopped. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "effort.h"
#include "leftovers.h"

enum { STOPPED = 124 };

static const int INTERRUPTS[] = {SIGINT, SIGTERM, SIGHUP};
enum { INTERRUPTS_COUNT = sizeof INTERRUPTS / sizeof *INTERRUPTS };

/* Waits for an event: the end of the command, or of one of its orphans, or a signal that is to end this
 * process, which is returned; a second at most. */
static int wait_a_moment(const sigset_t *events) {
  static const struct timespec second = {.tv_sec = 1};
  int signal_number = sigtimedwait(events, NULL, &second);
  return signal_number > 0 && signal_number != SIGCHLD ? signal_number : 0;
}

static void kill_command(pid_t pid) {
  kill_descendants(pid);
  while (waitpid(pid, NULL, 0) < 0 && errno == EINTR) continue;
}

/* The command gets the signal, and time to clean up; then this process ends by it. */
static _Noreturn void end_by(int signal_number, pid_t pid, const sigset_t *events) {
  enum { SECONDS = 3 };
  kill(pid, signal_number);
  for (int i = 0; i < SECONDS && waitid(P_PID, (id_t)pid, &(siginfo_t){0}, WEXITED | WNOWAIT | WNOHANG) == 0;
       i++)
    wait_a_moment(events);
  kill_command(pid);
  signal(signal_number, SIG_DFL);
  raise(signal_number);
  sigset_t one;
  sigemptyset(&one);
  sigaddset(&one, signal_number);
  sigprocmask(SIG_UNBLOCK, &one, NULL);
  exit(128 + signal_number);
}

static int stop(pid_t pid, const char *command, enum effort_verdict verdict) {
  kill_command(pid);
  fprintf(stderr, "%s was stopped: it %s\n", command,
          verdict == HANGS     ? "hung"
          : verdict == STARVES ? "got too little of this machine"
                               : "used all its time");
  return STOPPED;
}

static int watch(pid_t pid, const char *command, double seconds, const sigset_t *events) {
  struct effort effort = effort_begin(seconds, seconds);
  int status;
  while (waitpid(pid, &status, WNOHANG) != pid) {
    enum effort_verdict verdict = effort_look(&effort);
    if (verdict != GOES_ON) return stop(pid, command, verdict);
    int signal_number = wait_a_moment(events);
    if (signal_number) end_by(signal_number, pid, events);
  }
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

int main(int count, char **arguments) {
  if (count == 2 && strcmp(arguments[1], "slowness") == 0) {
    struct slowness slowness = effort_measured_slowness();
    printf("%.1f %.1f\n", slowness.work, slowness.wall);
    return 0;
  }
  double seconds = count > 2 ? atof(arguments[1]) : 0;
  if (seconds <= 0) {
    fprintf(stderr, "usage: within SECONDS COMMAND... | within slowness\n");
    return 2;
  }
  sigset_t events, before;
  sigemptyset(&events);
  sigaddset(&events, SIGCHLD);
  for (size_t i = 0; i < INTERRUPTS_COUNT; i++) {
    struct sigaction action;
    sigaction(INTERRUPTS[i], NULL, &action);
    if (action.sa_handler != SIG_IGN) sigaddset(&events, INTERRUPTS[i]);
  }
  sigprocmask(SIG_BLOCK, &events, &before);
  signal(SIGCHLD, SIG_DFL);
  adopt_orphans();
  pid_t pid = fork();
  if (pid == 0) {
    sigprocmask(SIG_SETMASK, &before, NULL);
    execvp(arguments[2], arguments + 2);
    fprintf(stderr, "%s: cannot be started\n", arguments[2]);
    _exit(127);
  }
  return pid < 0 ? 127 : watch(pid, arguments[2], seconds, &events);
}
