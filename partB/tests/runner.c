#include "runner.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { SKIPPED = 77, FAILED = 1 };

_Noreturn void test_failed(const char *file, int line, const char *condition) {
  dprintf(STDERR_FILENO, "%s:%d: %s does not hold (errno: %s)\n", file, line, condition, strerror(errno));
  _exit(FAILED);
}

_Noreturn void test_skip(const char *reason) {
  dprintf(STDERR_FILENO, "%s\n", reason);
  _exit(SKIPPED);
}

int wait_status(int pid) {
  int status;
  while (waitpid(pid, &status, 0) < 0) {
    if (errno != EINTR) return -1;
  }
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

/* Waits for the test's process; 128 + SIGALRM when its time is over. Its whole
 * process group is killed in the end, so that no test leaves children behind. */
static int wait_with_limit(pid_t pid, int seconds) {
  sigset_t child_signal;
  sigemptyset(&child_signal);
  sigaddset(&child_signal, SIGCHLD);
  double deadline = now() + seconds;
  siginfo_t ended;
  for (;;) {
    ended.si_pid = 0;
    waitid(P_PID, (id_t)pid, &ended, WEXITED | WNOHANG | WNOWAIT);
    double left = deadline - now();
    if (ended.si_pid == pid || left <= 0) break;
    struct timespec pause = {.tv_sec = (time_t)left, .tv_nsec = (long)((left - (double)(time_t)left) * 1e9)};
    sigtimedwait(&child_signal, NULL, &pause);
  }
  kill(-pid, SIGKILL);
  int status = wait_status(pid);
  return ended.si_pid == pid ? status : 128 + SIGALRM;
}

/* Copies what the test printed, so that a reader sees why it failed. */
static void show(FILE *output) {
  char line[1024];
  rewind(output);
  while (fgets(line, sizeof line, output)) printf("    %s%s", line, strchr(line, '\n') ? "" : "\n");
}

static int run_one(const struct test *test) {
  FILE *output = tmpfile();
  if (!output) {
    printf("FAILED  %s: no temporary file: %s\n", test->name, strerror(errno));
    return FAILED;
  }
  double start = now();
  pid_t pid = fork();
  if (pid == 0) {
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL); /* a test does not outlive its runner */
    dup2(fileno(output), STDOUT_FILENO);
    dup2(fileno(output), STDERR_FILENO);
    test->run();
    fflush(stdout);
    _exit(0);
  }
  if (pid > 0) setpgid(pid, pid);
  int status = pid < 0 ? FAILED : wait_with_limit(pid, test->seconds);
  if (status == 0) {
    printf("ok      %s  (%.2f s)\n", test->name, now() - start);
  } else if (status == SKIPPED) {
    printf("skipped %s:\n", test->name);
    show(output);
  } else {
    if (pid < 0) {
      printf("FAILED  %s: no process\n", test->name);
    } else if (status == 128 + SIGALRM) {
      printf("FAILED  %s: not done after %d s\n", test->name, test->seconds);
    } else if (status > 128) {
      printf("FAILED  %s: ended by signal %d (%s)\n", test->name, status - 128, strsignal(status - 128));
    } else {
      printf("FAILED  %s: exit status %d\n", test->name, status);
    }
    show(output);
  }
  fclose(output);
  fflush(stdout);
  return status == SKIPPED ? 0 : status;
}

/* Is the test named in the blank-separated list TESTS, or is there no list? */
static int wanted(const char *name) {
  const char *list = getenv("TESTS");
  size_t length = strlen(name);
  if (!list || !*list) return 1;
  for (const char *word = list; *word;) {
    size_t span = strcspn(word, " ");
    if (span == length && strncmp(word, name, length) == 0) return 1;
    word += span + (word[span] == ' ');
  }
  return 0;
}

int run_tests(const struct test *tests, size_t count) {
  sigset_t child_signal;
  sigemptyset(&child_signal);
  sigaddset(&child_signal, SIGCHLD);
  sigprocmask(SIG_BLOCK, &child_signal, NULL);
  int failures = 0;
  for (size_t i = 0; i < count; i++) {
    if (wanted(tests[i].name) && run_one(&tests[i]) != 0) failures++;
  }
  return failures > 0;
}
