#include "box.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../measure/measure.h"
#include "descendants.h"
#include "effort.h"
#include "interrupts.h"
#include "leftovers.h"
#include "streams.h"

static const size_t MOST_OUTPUT = 1 << 20;          /* bytes, all streams together */
static const long long MOST_RESIDENT = 3LL << 29;   /* bytes; a page mapped twice counts twice */
static const rlim_t MOST_PRIVATE = (rlim_t)2 << 30; /* bytes of writable private memory */
static const rlim_t MOST_FILE = (rlim_t)3 << 30;    /* bytes; all chunks may lie in one, in memory */
static const size_t MOST_PROCESSES = 100;           /* at once */
static const rlim_t MOST_NEW = 1000;   /* processes and threads that this user may have besides */
static const int TICK_MS = 20;         /* how often memory is looked at */
static const int TICKS_OF_A_LOOK = 10; /* how often time is */

/* Does nothing: it is there so that the end of a child interrupts poll. */
static void wake_up(int signal_number) {
  (void)signal_number;
}

static rlim_t most_of_this_user;

/* Processes and threads that this user has, in all programs: the limit of the kernel's counts them all. For
 * root there is none. */
static rlim_t tasks_of_this_user(void) {
  rlim_t tasks = 0;
  DIR *processes = opendir("/proc");
  for (struct dirent *entry; processes && (entry = readdir(processes));) {
    char path[300];
    struct stat threads;
    snprintf(path, sizeof path, "/proc/%s/task", entry->d_name);
    if (entry->d_name[0] >= '1' && entry->d_name[0] <= '9' && stat(path, &threads) == 0 &&
        threads.st_uid == geteuid())
      tasks += threads.st_nlink - 2;
  }
  if (processes) closedir(processes);
  return tasks;
}

void box_startup(void) {
  adopt_orphans();
  most_of_this_user = tasks_of_this_user() + MOST_NEW;
  sigset_t child_ends;
  sigemptyset(&child_ends);
  sigaddset(&child_ends, SIGCHLD);
  sigprocmask(SIG_BLOCK, &child_ends, NULL);
  struct sigaction action = {.sa_handler = wake_up};
  sigemptyset(&action.sa_mask);
  sigaction(SIGCHLD, &action, NULL);
}

static void limit(int resource, rlim_t most) {
  struct rlimit both = {most, most};
  struct rlimit now;
  if (getrlimit(resource, &now) == 0 && now.rlim_max < most) both.rlim_cur = both.rlim_max = now.rlim_max;
  setrlimit(resource, &both);
}

/* In the new process: becomes the program. */
static _Noreturn void become(const struct box *box, const int ends[BOX_STREAMS]) {
  setsid();
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (box->confined) {
    limit(RLIMIT_CORE, 0);
    limit(RLIMIT_DATA, MOST_PRIVATE);
    limit(RLIMIT_FSIZE, MOST_FILE);
    limit(RLIMIT_NPROC, most_of_this_user);
  }
  int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
  dup2(nothing, STDIN_FILENO);
  dup2(ends[BOX_OUT], STDOUT_FILENO);
  dup2(ends[BOX_ERR], STDERR_FILENO);
  dup2(ends[BOX_SENT], BOX_CHANNEL);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
  for (const char *const *variable = box->added; variable && *variable; variable++) {
    putenv((char *)(size_t)*variable);
  }
  signal(SIGCHLD, SIG_DFL);
  interrupts_forget();
  if (box->argv) execvp(box->argv[0], box->argv);
  if (box->argv) _exit(127);
  box->run(box->subject);
  fflush(stdout);
  _exit(0);
}

static bool has_ended(pid_t pid) {
  siginfo_t info = {.si_pid = 0};
  waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT);
  return info.si_pid == pid;
}

/* Is the program to be stopped, and why? */
static enum box_ending reason_to_stop(const struct box *box, pid_t pid, const struct box_result *result,
                                      struct effort *effort, int tick) {
  if (interrupts_came()) return STOPPED_BY_OTHERS;
  if (box->confined && streams_total(result) > MOST_OUTPUT) return STOPPED_FOR_OUTPUT;
  if (box->confined && resident_bytes(pid) > MOST_RESIDENT) return STOPPED_FOR_MEMORY;
  if (box->confined && descendants_are_more_than(MOST_PROCESSES, tick % TICKS_OF_A_LOOK == 1))
    return STOPPED_FOR_PROCESSES;
  if (tick % TICKS_OF_A_LOOK != 0) return RUNS_STILL;
  static const enum box_ending endings[] = {[GOES_ON] = RUNS_STILL,
                                            [HAS_SPENT_ALL] = STOPPED_FOR_TIME,
                                            [HANGS] = STOPPED_ASLEEP,
                                            [STARVES] = STOPPED_STARVING};
  return endings[effort_look(effort)];
}

/* Listens until the program ends or breaks a limit. */
static void watch(const struct box *box, pid_t pid, struct streams *streams, struct box_result *result) {
  struct effort effort = effort_begin(box->seconds, box->patience);
  result->ending = RUNS_STILL;
  result->limit = effort.limit;
  for (int tick = 1; result->ending == RUNS_STILL && !has_ended(pid); tick++) {
    streams_listen(streams, result, TICK_MS);
    result->ending = reason_to_stop(box, pid, result, &effort, tick);
  }
}

/* What is in the pipes still; not what leftover children go on to print. */
static void listen_to_the_rest(struct streams *streams, struct box_result *result) {
  size_t before;
  do {
    before = streams_total(result);
    streams_listen(streams, result, 0);
  } while (streams_total(result) > before && streams_total(result) <= MOST_OUTPUT);
}

/* The program's process id is kept until everything else is gone, so that it
 * cannot mean another process meanwhile. */
static void finish(pid_t pid, struct box_result *result) {
  int status = 0;
  result->left_behind = kill_descendants(pid);
  while (waitpid(pid, &status, 0) < 0 && errno == EINTR) continue;
  if (result->ending != RUNS_STILL) return;
  result->ending = WIFSIGNALED(status) ? ENDED_BY_SIGNAL : ENDED_BY_EXIT;
  result->code = WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status);
}

/* Adds what all children that were waited for have used, orphans among them, or takes it off. */
static void add_usage(struct box_result *result, int sign) {
  struct rusage usage;
  getrusage(RUSAGE_CHILDREN, &usage);
  result->seconds += sign * ((double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
                             (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6);
}

/* Before all that are not in a hurry, if this user may (root may; others have RLIMIT_NPROC): so
 * that a program which starts processes without end does not keep the box from stopping it. */
static void hurry(bool on) {
  struct sched_param priority = {.sched_priority = on};
  sched_setscheduler(0, on ? SCHED_FIFO | SCHED_RESET_ON_FORK : SCHED_OTHER, &priority);
}

void box_run(const struct box *box, struct box_result *result) {
  memset(result, 0, sizeof *result);
  result->ending = NOT_STARTED;
  struct streams streams;
  int writing[BOX_STREAMS];
  streams_open(&streams, writing);
  fflush(NULL);
  add_usage(result, -1);
  interrupts_note();
  if (box->confined) hurry(true);
  pid_t pid = fork();
  if (pid == 0) become(box, writing);
  for (int i = 0; i < BOX_STREAMS; i++) close(writing[i]);
  if (pid > 0) {
    watch(box, pid, &streams, result);
    listen_to_the_rest(&streams, result);
    finish(pid, result);
  }
  if (box->confined) hurry(false);
  interrupts_deliver();
  add_usage(result, 1);
  streams_close(&streams);
}

bool box_ended(const struct box_result *result) {
  return result->ending == ENDED_BY_EXIT || result->ending == ENDED_BY_SIGNAL;
}

struct box_text box_describe(const struct box_result *result) {
  struct box_text text;
  char *string = text.string;
  size_t size = sizeof text.string;
  switch (result->ending) {
    case ENDED_BY_EXIT:
      snprintf(string, size, "ended with exit status %d", result->code);
      break;
    case ENDED_BY_SIGNAL:
      snprintf(string, size, "crashed (%s)", strsignal(result->code));
      break;
    case STOPPED_FOR_TIME:
      snprintf(string, size, "was not done after %.1f s of processor time and was stopped", result->limit);
      break;
    case STOPPED_ASLEEP:
      snprintf(string, size, "hung: it slept, or waited for something that did not come, and was stopped");
      break;
    case STOPPED_STARVING:
      snprintf(string, size,
               "got %.1f s of processor time and not the %.1f s it may need: the machine is busy",
               result->seconds, result->limit);
      break;
    case STOPPED_FOR_PROCESSES:
      snprintf(string, size, "started more than %zu processes at once and was stopped", MOST_PROCESSES);
      break;
    case RUNS_STILL:
    case STOPPED_BY_OTHERS:
      snprintf(string, size, "was interrupted");
      break;
    case STOPPED_FOR_OUTPUT:
      snprintf(string, size, "printed more than a MiB and was stopped");
      break;
    case STOPPED_FOR_MEMORY:
      snprintf(string, size, "took more than %lld MiB of memory and was stopped", MOST_RESIDENT >> 20);
      break;
    case NOT_STARTED:
      snprintf(string, size, "could not be started (%s)", strerror(errno));
      break;
  }
  return text;
}
