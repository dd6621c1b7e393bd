/* Runs the program that crashes, in a box, in one of three ways (see friends.h). */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/personality.h>
#include <unistd.h>

#include "../../partB/grade/pace.h"
#include "friends.h"
#include "message.h"

static const double SECONDS = 1.5;

static char alone[PATH_MAX], linked[PATH_MAX], library[PATH_MAX], faked_clock[PATH_MAX],
    search_path[PATH_MAX + 20];

static void place(char path[PATH_MAX], const char *directory, const char *name) {
  if (snprintf(path, PATH_MAX, "%s/%s", directory, name) >= PATH_MAX) exit(2);
}

void friends_startup(const char *path) {
  char directory[PATH_MAX];
  if (!realpath(path, library)) {
    perror(path);
    exit(2);
  }
  strcpy(directory, library);
  *strrchr(directory, '/') = '\0';
  place(alone, directory, "alone");
  place(linked, directory, "linked");
  place(faked_clock, directory, "clock.so");
  snprintf(search_path, sizeof search_path, "LD_LIBRARY_PATH=%s", directory);
  message_startup(friends_ask(&(struct run){.way = PRELOADED, .mode = "silent"}));
}

const char *friends_victim(void) {
  return alone;
}

void need_linked(void) {
  if (access(linked, X_OK) != 0) fail("a program cannot be linked with the library");
}

/* Programs that are started from now on have everything at the same addresses in each run, if
 * the system allows it. Returns what it was before. */
static int place_alike(void) {
  int before = personality(0xffffffff); /* asks only */
  personality((unsigned long)before | ADDR_NO_RANDOMIZE);
  return before;
}

static bool run_in_box(const struct run *run, bool graded, struct box_result *result) {
  char seconds[40], preload[2 * PATH_MAX + 20];
  const char *program = run->way == LINKED ? linked : alone;
  char *const victim[] = {(char *)(size_t)program, (char *)(size_t)run->mode, NULL};
  const char *variables[4] = {search_path, preload, run->when ? seconds : NULL, NULL};
  snprintf(seconds, sizeof seconds, "GRADE_SECONDS=%llu", run->when);
  snprintf(preload, sizeof preload, "LD_PRELOAD=%s%s%s", run->when ? faked_clock : "", run->when ? " " : "",
           run->way == PRELOADED ? library : "");
  struct box box = {.argv = run->mode ? victim : run->argv, .added = variables, .confined = true};
  int before = run->alike ? place_alike() : 0;
  bool known = pace_run(&box, SECONDS, graded, result);
  if (run->alike) personality((unsigned long)before);
  return known;
}

const struct box_result *friends_run(const struct run *run) {
  static struct box_result result;
  if (!run_in_box(run, is_graded(), &result)) undecided("not tried: %s", pace_reason());
  return &result;
}

const struct box_result *friends_ask(const struct run *run) {
  static struct box_result result;
  return run_in_box(run, false, &result) ? &result : NULL;
}
