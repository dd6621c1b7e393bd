#include "effort.h"

#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
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

double effort_of_this_process(void) {
  struct timespec used;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
  return ((double)used.tv_sec + 1e-9 * (double)used.tv_nsec) / effort_slowness();
}

/* ---- Descendants ---- */

struct look {
  double ticks; /* of processor time */
  bool any, all_sleep;
};

/* What /proc says of one process: does it sleep, and what have it and the children
 * that it has waited for used? */
static void look_at(int process, struct look *look) {
  char path[64], line[512];
  snprintf(path, sizeof path, "/proc/%d/stat", process);
  FILE *file = fopen(path, "re");
  if (!file) return;
  bool read = fgets(line, sizeof line, file);
  fclose(file);
  char *behind_name = read ? strrchr(line, ')') : NULL, state;
  unsigned long long own_user, own_system;
  long long children_user, children_system;
  if (!behind_name ||
      sscanf(behind_name + 1, " %c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %llu %llu %lld %lld", &state,
             &own_user, &own_system, &children_user, &children_system) != 5) {
    return;
  }
  look->any = true;
  look->all_sleep &= state != 'R' && state != 'D';
  look->ticks += (double)(own_user + own_system) + (double)(children_user + children_system);
}

static void look_below(int process, struct look *look);

static void look_at_children(int process, const char *thread, struct look *look) {
  char path[320];
  snprintf(path, sizeof path, "/proc/%d/task/%s/children", process, thread);
  FILE *file = fopen(path, "re");
  for (int child; file && fscanf(file, "%d", &child) == 1;) {
    look_at(child, look);
    look_below(child, look);
  }
  if (file) fclose(file);
}

static void look_below(int process, struct look *look) {
  char path[32];
  snprintf(path, sizeof path, "/proc/%d/task", process);
  DIR *threads = opendir(path);
  for (struct dirent *entry; threads && (entry = readdir(threads));) {
    if (entry->d_name[0] != '.') look_at_children(process, entry->d_name, look);
  }
  if (threads) closedir(threads);
}

/* How often what has to run soon should get its turn, at least: one share in so many. */
static const double FEWEST_SHARES = 20;

struct effort effort_begin(double limit, double patience) {
  double factor = effort_slowness(), now = now_us() / 1e6;
  return (struct effort){.limit = limit * factor,
                         .patience = patience * factor,
                         .guard = (limit * FEWEST_SHARES + patience) * factor,
                         .began_at = now,
                         .awake_at = now};
}

enum effort_verdict effort_look(struct effort *effort) {
  static const double LEAST = 0.005; /* of one processor: what uses less sleeps */
  struct look look = {.all_sleep = true};
  double now = now_us() / 1e6;
  look_below(getpid(), &look);
  double used = look.ticks / (double)sysconf(_SC_CLK_TCK);
  if (used > effort->used) effort->used = used;
  if (!look.any || !look.all_sleep || effort->used > effort->seen + LEAST * effort->patience) {
    effort->seen = effort->used;
    effort->awake_at = now;
  }
  if (effort->used > effort->limit) return HAS_SPENT_ALL;
  if (now - effort->awake_at > effort->patience) return HANGS;
  return now - effort->began_at > effort->guard ? STARVES : GOES_ON;
}
