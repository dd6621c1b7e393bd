#include "box.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "effort.h"
#include "leftovers.h"
#include "../measure/measure.h"

static const size_t MOST_OUTPUT = 1 << 20;          /* bytes, all streams together */
static const long long MOST_RESIDENT = 3LL << 29;   /* bytes; a page mapped twice counts twice */
static const rlim_t MOST_PRIVATE = (rlim_t)2 << 30; /* bytes of writable private memory */
static const rlim_t MOST_FILE = (rlim_t)16 << 20;   /* bytes */
static const int TICK_MS = 20;                      /* how often memory is looked at */
static const int TICKS_OF_A_LOOK = 10;              /* how often time is */

/* Does nothing: it is there so that the end of a child interrupts poll. */
static void wake_up(int signal_number) {
  (void)signal_number;
}

void box_startup(void) {
  adopt_orphans();
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
  }
  int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
  dup2(nothing, STDIN_FILENO);
  dup2(ends[0], STDOUT_FILENO);
  dup2(ends[1], STDERR_FILENO);
  dup2(ends[2], BOX_CHANNEL);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
  for (const char *const *variable = box->added; variable && *variable; variable++) {
    putenv((char *)(size_t)*variable);
  }
  if (box->directory && chdir(box->directory) != 0) _exit(127);
  signal(SIGCHLD, SIG_DFL);
  if (box->argv) execvp(box->argv[0], box->argv);
  if (box->argv) _exit(127);
  box->run(box->subject);
  fflush(stdout);
  _exit(0);
}

/* Makes room by forgetting the older half. */
static void forget_half(struct box_stream *stream) {
  memmove(stream->text, stream->text + BOX_TEXT / 2, stream->kept - BOX_TEXT / 2);
  stream->kept -= BOX_TEXT / 2;
}

/* Takes what there is in a pipe; false at its end. Of output the beginning is
 * kept, of the channel the end. */
static bool drain(int pipe_end, struct box_stream *stream, bool keep_end) {
  char buffer[BOX_TEXT / 4];
  ssize_t count = read(pipe_end, buffer, sizeof buffer);
  if (count <= 0) return count < 0 && (errno == EINTR || errno == EAGAIN);
  if (keep_end && stream->kept + (size_t)count > BOX_TEXT) forget_half(stream);
  size_t room = BOX_TEXT - stream->kept;
  size_t kept = (size_t)count < room ? (size_t)count : room;
  memcpy(stream->text + stream->kept, buffer, kept);
  stream->kept += kept;
  stream->text[stream->kept] = '\0';
  stream->total += (size_t)count;
  return true;
}

static bool has_ended(pid_t pid) {
  siginfo_t info = {.si_pid = 0};
  waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT);
  return info.si_pid == pid;
}

/* Reads all streams for a tick at most. */
static void listen(struct pollfd ends[BOX_STREAMS], struct box_result *result, int milliseconds) {
  sigset_t none;
  sigemptyset(&none);
  struct timespec tick = {.tv_nsec = milliseconds * 1000000L};
  if (ppoll(ends, BOX_STREAMS, &tick, &none) <= 0) return;
  for (int i = 0; i < BOX_STREAMS; i++) {
    if (ends[i].revents && !drain(ends[i].fd, &result->streams[i], i == BOX_STREAMS - 1)) ends[i].fd = -1;
  }
}

static size_t output(const struct box_result *result) {
  size_t total = 0;
  for (int i = 0; i < BOX_STREAMS; i++) total += result->streams[i].total;
  return total;
}

/* Is the program to be stopped, and why? ENDED_BY_EXIT: no. */
static enum box_ending reason_to_stop(const struct box *box, pid_t pid, const struct box_result *result,
                                      struct effort *effort, int tick) {
  if (box->confined && output(result) > MOST_OUTPUT) return STOPPED_FOR_OUTPUT;
  if (box->confined && resident_bytes(pid) > MOST_RESIDENT) return STOPPED_FOR_MEMORY;
  if (tick % TICKS_OF_A_LOOK != 0) return ENDED_BY_EXIT;
  static const enum box_ending endings[] = {[GOES_ON] = ENDED_BY_EXIT,
                                            [HAS_SPENT_ALL] = STOPPED_FOR_TIME,
                                            [HANGS] = STOPPED_ASLEEP,
                                            [STARVES] = STOPPED_STARVING};
  return endings[effort_look(effort)];
}

/* Listens until the program ends or breaks a limit. */
static void watch(const struct box *box, pid_t pid, struct pollfd ends[BOX_STREAMS],
                  struct box_result *result) {
  struct effort effort = effort_begin(box->seconds, box->patience);
  result->ending = ENDED_BY_EXIT;
  result->limit = effort.limit;
  for (int tick = 1; result->ending == ENDED_BY_EXIT && !has_ended(pid); tick++) {
    listen(ends, result, TICK_MS);
    result->ending = reason_to_stop(box, pid, result, &effort, tick);
  }
}

/* What is in the pipes still; not what leftover children go on to print. */
static void listen_to_the_rest(struct pollfd ends[BOX_STREAMS], struct box_result *result) {
  size_t before;
  do {
    before = output(result);
    listen(ends, result, 0);
  } while (output(result) > before && output(result) <= MOST_OUTPUT);
}

/* The program's process id is kept until everything else is gone, so that it
 * cannot mean another process meanwhile. */
static void finish(pid_t pid, struct box_result *result) {
  bool stopped = result->ending != ENDED_BY_EXIT;
  siginfo_t info;
  int status = 0;
  if (stopped) kill(pid, SIGKILL);
  while (waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT) < 0 && errno == EINTR) continue;
  result->left_behind = kill_other_children(pid);
  kill(-pid, SIGKILL);
  while (waitpid(pid, &status, 0) < 0 && errno == EINTR) continue;
  if (stopped) return;
  if (WIFSIGNALED(status)) result->ending = ENDED_BY_SIGNAL;
  result->code = WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status);
}

/* Adds what all children that were waited for have used, orphans among them, or takes it off. */
static void add_usage(struct box_result *result, int sign) {
  struct rusage usage;
  getrusage(RUSAGE_CHILDREN, &usage);
  result->memory += sign * usage.ru_minflt * sysconf(_SC_PAGESIZE);
  result->seconds += sign * ((double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
                             (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6);
}

void box_run(const struct box *box, struct box_result *result) {
  memset(result, 0, sizeof *result);
  result->ending = NOT_STARTED;
  struct pollfd ends[BOX_STREAMS];
  int writing[BOX_STREAMS];
  for (int i = 0; i < BOX_STREAMS; i++) {
    int both[2];
    if (pipe2(both, O_CLOEXEC) != 0) exit(2);
    fcntl(both[0], F_SETFL, O_NONBLOCK);
    ends[i] = (struct pollfd){.fd = both[0], .events = POLLIN};
    writing[i] = both[1];
  }
  fflush(NULL);
  add_usage(result, -1);
  pid_t pid = fork();
  if (pid == 0) become(box, writing);
  for (int i = 0; i < BOX_STREAMS; i++) close(writing[i]);
  struct pollfd open_ends[BOX_STREAMS];
  memcpy(open_ends, ends, sizeof ends);
  if (pid > 0) {
    watch(box, pid, open_ends, result);
    listen_to_the_rest(open_ends, result);
    finish(pid, result);
  }
  add_usage(result, 1);
  for (int i = 0; i < BOX_STREAMS; i++) close(ends[i].fd);
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
      snprintf(string, size, "hung: it waited for something that did not come, and was stopped");
      break;
    case STOPPED_STARVING:
      snprintf(string, size,
               "got %.1f s of processor time and not the %.1f s it may need: the machine is busy",
               result->seconds, result->limit);
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
