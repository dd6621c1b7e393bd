#include "race.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../harness/text.h"
#include "report.h"

enum { LAP_LIMIT_MS = 180000 };

/* What a racer's process sends: when it has prepared, and after each lap. */
struct message {
  char failure[96];
  double figures[FIGURES];
};

/* A racer's process, seen from the race. */
struct lane {
  pid_t process;
  int go, result; /* our ends of the pipes */
};

static int result_pipe; /* in a racer's process */
static int processor;   /* for all racers' processes */

static void send_message(const struct message *message) {
  if (write(result_pipe, message, sizeof *message) != sizeof *message) _exit(1);
}

void drop_out(const char *what) {
  struct message message = {.failure = ""};
  snprintf(message.failure, sizeof message.failure, "%s: %s", what, strerror(errno));
  send_message(&message);
  _exit(1);
}

/* If memory runs out, it shall be this process that ends. */
static void volunteer(void) {
  int file = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
  if (file < 0) return;
  ssize_t written = write(file, "1000", 4);
  (void)written; /* then it is left to chance */
  close(file);
}

static void stay_on_processor(void) {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (processor >= 0) CPU_SET((size_t)processor, &set);
  sched_setaffinity(0, sizeof set, &set); /* if that fails, they stay where they are or move */
}

static _Noreturn void run_racer(const struct racer *racer, int go) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  volunteer();
  stay_on_processor();
  if (racer->prepare) racer->prepare(racer);
  struct message message = {.failure = ""};
  send_message(&message);
  for (char lap; read(go, &lap, 1) == 1;) {
    racer->lap(racer, message.figures);
    send_message(&message);
  }
  _exit(0);
}

static void close_lane(struct lane *lane) {
  close(lane->go);
  close(lane->result);
  kill(lane->process, SIGKILL);
  waitpid(lane->process, NULL, 0);
  lane->process = 0;
}

/* Reads a racer's next message; notes in racer->failure why there is none. */
static bool receive(struct racer *racer, struct lane *lane, struct message *message) {
  struct pollfd descriptor = {.fd = lane->result, .events = POLLIN};
  if (poll(&descriptor, 1, LAP_LIMIT_MS) == 0) {
    snprintf(racer->failure, sizeof racer->failure, "stopped after %d s", LAP_LIMIT_MS / 1000);
  } else if (read(lane->result, message, sizeof *message) == sizeof *message) {
    memcpy(racer->failure, message->failure, sizeof racer->failure);
  } else {
    siginfo_t end = {.si_pid = 0};
    waitid(P_PID, (id_t)lane->process, &end, WEXITED | WNOWAIT);
    const char *why = end.si_code == CLD_EXITED  ? "ended early"
                      : end.si_status == SIGKILL ? "killed, for lack of memory most likely"
                                                 : strsignal(end.si_status);
    snprintf(racer->failure, sizeof racer->failure, "%s", why);
  }
  if (!racer->failure[0]) return true;
  close_lane(lane);
  return false;
}

static void open_lane(struct racer *racer, struct lane *lane) {
  int go[2], result[2];
  struct message message;
  fflush(NULL);
  if (pipe2(go, O_CLOEXEC) != 0 || pipe2(result, O_CLOEXEC) != 0 || (lane->process = fork()) < 0) {
    snprintf(racer->failure, sizeof racer->failure, "no process: %s", strerror(errno));
    lane->process = 0;
    return;
  }
  if (lane->process == 0) {
    close(go[1]);
    close(result[0]);
    result_pipe = result[1];
    run_racer(racer, go[0]);
  }
  close(go[0]);
  close(result[1]);
  lane->go = go[1];
  lane->result = result[0];
  receive(racer, lane, &message);
}

/* One lap of one racer; false if it has dropped out. */
static bool run_lap(struct racer *racer, struct lane *lane, double *figures) {
  struct message message;
  if (!lane->process) return false;
  ssize_t sent = write(lane->go, "", 1);
  (void)sent; /* if it has ended, there is no message, and receive finds out why */
  if (!receive(racer, lane, &message)) return false;
  memcpy(figures, message.figures, sizeof message.figures);
  return true;
}

/* New processes for all racers, which run a lap that does not count. */
static void renew_lanes(struct racer *racers, struct lane *lanes, size_t count) {
  for (size_t i = 0; i < count; i++) {
    double figures[FIGURES];
    if (lanes[i].process) close_lane(&lanes[i]);
    if (racers[i].failure[0]) continue;
    open_lane(&racers[i], &lanes[i]);
    run_lap(&racers[i], &lanes[i], figures);
  }
}

static void sum_up(struct racer *racer) {
  for (int figure = 0; figure < FIGURES; figure++) {
    double values[MOST_LAPS];
    for (size_t lap = 0; lap < racer->lap_count; lap++) values[lap] = racer->laps[lap][figure];
    bool failed = racer->failure[0];
    racer->figures[figure] = failed ? (struct summary){NAN, NAN, NAN} : summarize(values, racer->lap_count);
  }
}

void race(struct racer *racers, size_t count, size_t laps, enum race_mode mode) {
  enum { LAPS_OF_A_PROCESS = 5 };
  struct lane lanes[count];
  memset(lanes, 0, sizeof lanes);
  processor = sched_getcpu();
  for (size_t lap = 0; lap < laps; lap++) {
    if (mode == TOGETHER && lap % LAPS_OF_A_PROCESS == 0) renew_lanes(racers, lanes, count);
    for (size_t turn = 0; turn < count; turn++) {
      size_t i = (lap + turn) % count;
      show_progress(scenario_name(), lap * count + turn, laps * count);
      if (racers[i].failure[0]) continue;
      if (mode == APART) open_lane(&racers[i], &lanes[i]);
      run_lap(&racers[i], &lanes[i], racers[i].laps[lap]);
      if (mode == APART && lanes[i].process) close_lane(&lanes[i]);
    }
  }
  for (size_t i = 0; i < count; i++) {
    if (lanes[i].process) close_lane(&lanes[i]);
    racers[i].lap_count = laps;
    sum_up(&racers[i]);
  }
}
