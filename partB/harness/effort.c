#include "effort.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../measure/measure.h"
#include "descendants.h"

/* ---- The machine ---- */

/* What an ordinary machine takes for it, in microseconds. */
static const double REFERENCE_WORK_US = 1500, REFERENCE_WALL_US = 3000;

static double children_us(void) {
  struct rusage usage;
  getrusage(RUSAGE_CHILDREN, &usage);
  return 1e6 * (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
         (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

static void start_and_touch(double *work_us, double *wall_us) {
  enum { MEMORY = 4 << 20, STEP = 4096 };
  double start = now_us(), before = children_us();
  pid_t child = fork();
  if (child == 0) {
    char *memory = mmap(NULL, MEMORY, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) _exit(1);
    for (size_t i = 0; i < MEMORY; i += STEP) *(volatile char *)(memory + i) = 1;
    _exit(0);
  }
  if (child > 0) waitpid(child, NULL, 0);
  *work_us = children_us() - before;
  *wall_us = now_us() - start;
}

static double at_least_one(double value) {
  return value > 1 ? value : 1;
}

struct slowness effort_measured_slowness(void) {
  const char *known = getenv("MACHINE_SLOWNESS");
  struct slowness slowness;
  if (known && sscanf(known, "%lf %lf", &slowness.work, &slowness.wall) == 2) return slowness;
  double work[5], wall[5];
  for (int i = 0; i < 5; i++) start_and_touch(&work[i], &wall[i]);
  slowness.work = at_least_one(summarize(work, 5).median / REFERENCE_WORK_US);
  slowness.wall = at_least_one(summarize(wall, 5).high / REFERENCE_WALL_US);
  char text[32];
  snprintf(text, sizeof text, "%.1f %.1f", slowness.work, slowness.wall);
  setenv("MACHINE_SLOWNESS", text, 1);
  return slowness;
}

struct slowness effort_slowness(void) {
  const char *slow = getenv("SLOW");
  double factor = slow && atof(slow) > 0 ? atof(slow) : 1;
  struct slowness slowness = effort_measured_slowness();
  return (struct slowness){slowness.work * factor, slowness.wall * factor};
}

double effort_of_this_process(void) {
  struct timespec used;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
  return ((double)used.tv_sec + 1e-9 * (double)used.tv_nsec) / effort_slowness().work;
}

/* ---- Descendants ---- */

struct look {
  double ticks; /* of processor time */
  bool any, all_sleep;
};

static struct look look_at_descendants(void) {
  struct look look = {.all_sleep = true};
  struct descendants all = descendants_now(0);
  for (size_t i = 0; i < all.count; i++) {
    struct process_state state;
    if (!process_look(all.processes[i], &state)) continue;
    look.any = true;
    look.all_sleep &= state.letter != 'R' && state.letter != 'D';
    look.ticks += state.ticks;
  }
  descendants_forget(&all);
  return look;
}

/* Seconds on the wall for a second of processor time: twice what was seen to be needed,
 * but the machine may become busy later. */
static double wall_for_a_second(struct slowness slowness) {
  static const double LEAST = 20;
  double twice = 2 * slowness.wall / slowness.work;
  return twice > LEAST ? twice : LEAST;
}

/* Who sleeps is not kept from it by others: that patience does not grow with what they do. */
struct effort effort_begin(double limit, double patience) {
  struct slowness slowness = effort_slowness();
  double now = now_us() / 1e6;
  limit *= slowness.work;
  patience *= slowness.work;
  return (struct effort){.limit = limit,
                         .patience = patience,
                         .longest = limit * wall_for_a_second(slowness) + patience,
                         .began_at = now,
                         .awake_at = now,
                         .ready_at = now};
}

enum effort_verdict effort_look(struct effort *effort) {
  static const double LEAST = 0.005; /* of one processor: what uses less sleeps */
  static const double MOMENTS = 4;   /* times our patience, for what is awake for moments only */
  struct look look = look_at_descendants();
  double now = now_us() / 1e6;
  double used = look.ticks / (double)sysconf(_SC_CLK_TCK);
  if (used > effort->used) effort->used = used;
  if (!look.any || !look.all_sleep || effort->used > effort->seen + LEAST * effort->patience) {
    effort->seen = effort->used;
    effort->awake_at = now;
  }
  if (!look.any || !look.all_sleep) effort->ready_at = now;
  if (effort->used > effort->limit) return HAS_SPENT_ALL;
  if (now - effort->awake_at > effort->patience) return HANGS;
  if (now - effort->ready_at > MOMENTS * effort->patience) return HANGS;
  return now - effort->began_at > effort->longest ? STARVES : GOES_ON;
}
