/* Runs the program that crashes, in a box, in one of three ways (see friends.h). */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/personality.h>
#include <unistd.h>

#include "friends.h"
#include "message.h"

static const double SECONDS = 1.5;

static char alone[PATH_MAX], linked[PATH_MAX], library[PATH_MAX], faked_clock[PATH_MAX],
    search_path[PATH_MAX];

static void join(char path[PATH_MAX], const char *directory, const char *name) {
  if (snprintf(path, PATH_MAX, "%s/%s", directory, name) >= PATH_MAX) exit(2);
}

static int left_behind;

void friends_startup(const char *build, const char *work) {
  char absolute[PATH_MAX];
  if (!realpath(build, absolute)) exit(2);
  join(alone, absolute, "victim");
  join(faked_clock, work, "clock.so");
  join(linked, work, "victim");
  join(library, work, "libfriends.so");
  if (snprintf(search_path, sizeof search_path, "LD_LIBRARY_PATH=%s", work) >= PATH_MAX) exit(2);
  message_startup(friends_run(&(struct run){.way = PRELOADED, .mode = "silent"}));
}

const char *friends_victim(void) {
  return alone;
}

bool friends_linked(void) {
  return access(linked, X_OK) == 0;
}

/* Programs that are started from now on have everything at the same addresses in each run, if
 * the system allows it. Returns what it was before. */
static int place_alike(void) {
  int before = personality(0xffffffff); /* asks only */
  personality((unsigned long)before | ADDR_NO_RANDOMIZE);
  return before;
}

const struct box_result *friends_run(const struct run *run) {
  static struct box_result result;
  char seconds[40], preload[2 * PATH_MAX + 20];
  const char *program = run->way == LINKED ? linked : alone;
  char *const victim[] = {(char *)(size_t)program, (char *)(size_t)run->mode, NULL};
  const char *variables[4] = {search_path, preload, run->when ? seconds : NULL, NULL};
  snprintf(seconds, sizeof seconds, "GRADE_SECONDS=%llu", run->when);
  snprintf(preload, sizeof preload, "LD_PRELOAD=%s%s%s", run->when ? faked_clock : "", run->when ? " " : "",
           run->way == PRELOADED ? library : "");
  struct box box = {.argv = run->mode ? victim : run->argv, .added = variables, .confined = true};
  int before = run->alike ? place_alike() : 0;
  bool tried = pace_run(&box, SECONDS, run->graded, &result);
  if (run->alike) personality((unsigned long)before);
  if (!tried) return NULL;
  left_behind += result.left_behind;
  return &result;
}

int friends_left_behind(void) {
  return left_behind;
}

void report_not_tried(enum section section, const char *name) {
  report(section, UNDECIDED, name, "not tried: %s", pace_reason());
}
