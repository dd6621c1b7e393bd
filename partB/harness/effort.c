#include "effort.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "measure.h"

/* ---- The machine ---- */

/* What an ordinary machine takes for it, in microseconds. */
static const double REFERENCE_US = 3000;

static double start_and_touch_us(void) {
  enum { MEMORY = 4 << 20, STEP = 4096 };
  double start = now_us();
  pid_t child = fork();
  if (child == 0) {
    char *memory = mmap(NULL, MEMORY, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) _exit(1);
    for (size_t i = 0; i < MEMORY; i += STEP) *(volatile char *)(memory + i) = 1;
    _exit(0);
  }
  if (child > 0) waitpid(child, NULL, 0);
  return now_us() - start;
}

double effort_measured_slowness(void) {
  const char *known = getenv("MACHINE_SLOWNESS");
  if (known && atof(known) >= 1) return atof(known);
  double times[5];
  for (int i = 0; i < 5; i++) times[i] = start_and_touch_us();
  double slowness = summarize(times, 5).high / REFERENCE_US;
  if (slowness < 1) slowness = 1;
  char text[32];
  snprintf(text, sizeof text, "%.1f", slowness);
  setenv("MACHINE_SLOWNESS", text, 1);
  return slowness;
}

double effort_slowness(void) {
  const char *slow = getenv("SLOW");
  double factor = slow ? atof(slow) : 1;
  return effort_measured_slowness() * (factor > 0 ? factor : 1);
}

/* ---- A session ---- */

/* What /proc says of one process: does it sleep, and what have it and the children
 * that it has waited for used? False if it is not of the session. */
static bool look_at(const char *pid, pid_t session, double *used, bool *sleeps) {
  char path[300], line[512];
  snprintf(path, sizeof path, "/proc/%s/stat", pid);
  FILE *file = fopen(path, "re");
  if (!file) return false;
  bool read = fgets(line, sizeof line, file);
  fclose(file);
  char *behind_name = read ? strrchr(line, ')') : NULL, state;
  int of_session;
  unsigned long long own_user, own_system;
  long long children_user, children_system;
  if (!behind_name ||
      sscanf(behind_name + 1, " %c %*d %*d %d %*d %*d %*u %*u %*u %*u %*u %llu %llu %lld %lld", &state,
             &of_session, &own_user, &own_system, &children_user, &children_system) != 6) {
    return false;
  }
  if (of_session != session) return false;
  *sleeps = state != 'R' && state != 'D';
  *used = (double)(own_user + own_system) + (double)(children_user + children_system);
  return true;
}

/* Returns whether all processes of the session sleep. */
static bool look_at_all(pid_t session, double *used) {
  DIR *processes = opendir("/proc");
  bool all_sleep = true;
  *used = 0;
  for (struct dirent *entry; processes && (entry = readdir(processes));) {
    double ticks;
    bool sleeps;
    if (entry->d_name[0] < '1' || entry->d_name[0] > '9') continue;
    if (!look_at(entry->d_name, session, &ticks, &sleeps)) continue;
    *used += ticks / (double)sysconf(_SC_CLK_TCK);
    all_sleep &= sleeps;
  }
  if (processes) closedir(processes);
  return all_sleep;
}

struct effort effort_begin(pid_t leader, double limit, double patience) {
  double factor = effort_slowness();
  return (struct effort){
      .leader = leader, .limit = limit * factor, .patience = patience * factor, .awake_at = now_us()};
}

enum effort_verdict effort_look(struct effort *effort) {
  double used;
  bool all_sleep = look_at_all(effort->leader, &used);
  if (used > effort->used) effort->used = used; /* what left the session took its share along */
  if (!all_sleep || effort->used > effort->seen + 0.005 * effort->patience) {
    effort->seen = effort->used;
    effort->awake_at = now_us();
  }
  if (effort->used > effort->limit) return HAS_SPENT_ALL;
  return now_us() - effort->awake_at > 1e6 * effort->patience ? HANGS : GOES_ON;
}
