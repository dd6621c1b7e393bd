/* A healthy program must not notice the library: it has the output and the
 * exit status that it has alone. */
#include <string.h>

#include "friends.h"

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

/* Fails if the program is not as without the library. */
static void compare_with_alone(struct run run, const char *subject) {
  static const char *const streams[] = {[BOX_OUT] = "standard output", [BOX_ERR] = "standard error"};
  static struct box_result alone;
  struct run without = run;
  without.way = ALONE;
  alone = *friends_run(&without);
  const struct box_result *with = friends_run(&run);
  for (int i = BOX_OUT; i <= BOX_ERR; i++) {
    const char *line = missing_line(alone.streams[i].text, with->streams[i].text);
    if (line) {
      fail("%s is not as without the library: on %s \"%.*s\" is missing", subject, streams[i],
           (int)strcspn(line, "\n"), line);
    }
  }
  if (alone.ending != with->ending || alone.code != with->code) {
    fail("%s is not as without the library: it %s, and should have ended with exit status %d", subject,
         box_describe(with).string, alone.code);
  }
}

void check_healthy_linked(void) {
  need_linked();
  compare_with_alone((struct run){.way = LINKED, .mode = "healthy"}, "a healthy linked program");
}

void check_healthy_preloaded(void) {
  static char *const shell[] = {"sh", "-c", "echo one; (echo two >&2); ls -d / /usr; exit 3", NULL};
  compare_with_alone((struct run){.way = PRELOADED, .mode = "healthy"}, "a healthy preloaded program");
  compare_with_alone((struct run){.way = PRELOADED, .argv = shell}, "a preloaded shell");
}

void check_rand(void) {
  compare_with_alone((struct run){.way = PRELOADED, .mode = "rand"}, "the program's rand()");
}

void check_state(void) {
  compare_with_alone((struct run){.way = PRELOADED, .mode = "state"}, "the program's state");
}

void check_ignored(void) {
  char *const shell[] = {"sh", "-c", "trap '' SEGV; exec \"$0\" raise", (char *)(size_t)friends_victim(),
                         NULL};
  compare_with_alone((struct run){.way = PRELOADED, .argv = shell}, "a program started with SIGSEGV ignored");
}
