/* A healthy program must not notice the library: it has the output and the
 * exit status that it has alone. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "friends.h"

/* What a healthy program does, for comparison. */
struct behaviour {
  char output[BOX_STREAMS - 1][BOX_TEXT + 1];
  enum box_ending ending;
  int code;
};

static bool behave(const struct run *run, struct behaviour *behaviour) {
  const struct box_result *result = friends_run(run);
  if (!result) return false;
  for (size_t i = 0; i < BOX_STREAMS - 1; i++) strcpy(behaviour->output[i], result->streams[i].text);
  behaviour->ending = result->ending;
  behaviour->code = result->code;
  return true;
}

/* The first of a program's own lines that is not among what it printed with the library, in the same
 * order; NULL if all are. More than these is no matter here (see robust.quiet), be it
 * a line, or the beginning of one. */
static const char *missing_line(const char *own, const char *printed) {
  while (*own) {
    size_t length = strcspn(own, "\n");
    bool found = false;
    while (*printed && !found) {
      size_t line = strcspn(printed, "\n");
      found = line >= length && memcmp(printed + line - length, own, length) == 0;
      printed += line + (printed[line] == '\n');
    }
    if (!found) return own;
    own += length + (own[length] == '\n');
  }
  return NULL;
}

/* Says in words what differs; false if nothing does. */
static bool differ(const struct behaviour *alone, const struct behaviour *with, char *why, size_t size) {
  static const char *const streams[] = {"standard output", "standard error"};
  for (size_t i = 0; i < BOX_STREAMS - 1; i++) {
    const char *line = missing_line(alone->output[i], with->output[i]);
    if (!line) continue;
    snprintf(why, size, "on %s \"%.*s\" is missing", streams[i], (int)strcspn(line, "\n"), line);
    return true;
  }
  struct box_result result = {.ending = with->ending, .code = with->code};
  snprintf(why, size, "it %s, and should have ended with exit status %d", box_describe(&result).string,
           alone->code);
  return alone->ending != with->ending || alone->code != with->code;
}

/* Reports if the program is not as without the library; else returns true. */
static bool same_as_alone(enum section section, const char *name, struct run run, const char *subject) {
  static struct behaviour alone, with;
  char why[400];
  struct run without = run;
  without.way = ALONE;
  if (!behave(&without, &alone) || !behave(&run, &with)) {
    report_not_tried(section, name);
    return false;
  }
  if (!differ(&alone, &with, why, sizeof why)) return true;
  report(section, FAIL, name, "%s is not as without the library: %s", subject, why);
  return false;
}

static void compare_with_alone(enum section section, const char *name, struct run run, const char *subject,
                               const char *title) {
  if (same_as_alone(section, name, run, subject)) report(section, PASS, name, "%s", title);
}

void check_healthy_linked(const char *name) {
  if (!friends_linked()) {
    report(REQUIRED, FAIL, name, "a program cannot be linked with the library");
    return;
  }
  compare_with_alone(REQUIRED, name, (struct run){.way = LINKED, .mode = "healthy"},
                     "a healthy linked program",
                     "a healthy linked program has its own output and exit status");
}

void check_healthy_preloaded(const char *name) {
  static char *const shell[] = {"sh", "-c", "echo one; (echo two >&2); ls -d / /usr; exit 3", NULL};
  struct run victim = {.way = PRELOADED, .mode = "healthy"};
  if (!same_as_alone(REQUIRED, name, victim, "a healthy preloaded program")) return;
  compare_with_alone(REQUIRED, name, (struct run){.way = PRELOADED, .argv = shell}, "a preloaded shell",
                     "healthy preloaded programs have their own output and exit status");
}

void check_rand(const char *name) {
  compare_with_alone(ROBUST, name, (struct run){.way = PRELOADED, .mode = "rand"}, "the program's rand()",
                     "the program's own sequence of rand() stays as it is");
}

void check_state(const char *name) {
  compare_with_alone(ROBUST, name, (struct run){.way = PRELOADED, .mode = "state"}, "the program's state",
                     "errno, open files and other signals stay as they are");
}

void check_ignored(const char *name) {
  char *const shell[] = {"sh", "-c", "trap '' SEGV; exec \"$0\" raise", (char *)(size_t)friends_victim(),
                         NULL};
  compare_with_alone(ROBUST, name, (struct run){.way = PRELOADED, .argv = shell},
                     "a program started with SIGSEGV ignored",
                     "a program started with SIGSEGV ignored goes on ignoring it");
}
