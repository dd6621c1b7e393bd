/* Grades an implementation of the letsbefriends lab:
 *
 *   grade all|required BUILD NOTES [WORK]
 *
 * BUILD holds the programs that crash; WORK holds libfriends.so, the library, and
 * a program linked with it, if that could be done; without WORK the lines "name
 * text" in the file NOTES tell why. partB/grade/grade.sh prepares all of it. */
#include <stdio.h>
#include <string.h>

#include "friends.h"

static const struct {
  enum section section;
  const char *name;
  friends_check *check;
} checks[] = {
    {REQUIRED, "message.linked", check_linked},
    {REQUIRED, "message.preloaded", check_preloaded},
    {REQUIRED, "message.every-crash", check_every_crash},
    {REQUIRED, "message.eight", check_eight},
    {REQUIRED, "message.random", check_random},
    {REQUIRED, "ends.crash", check_ends},
    {REQUIRED, "healthy.linked", check_healthy_linked},
    {REQUIRED, "healthy.preloaded", check_healthy_preloaded},
    {ROBUST, "robust.quiet", check_quiet},
    {ROBUST, "robust.status", check_status},
    {ROBUST, "robust.stderr", check_stderr},
    {ROBUST, "robust.same-second", check_same_second},
    {ROBUST, "robust.printf", check_printf},
    {ROBUST, "robust.malloc", check_malloc},
    {ROBUST, "robust.rand", check_rand},
    {ROBUST, "robust.state", check_state},
    {ROBUST, "robust.ignored", check_ignored},
    {ROBUST, "robust.raise", check_raise},
    {ROBUST, "robust.pipe", check_pipe},
    {ROBUST, "robust.unheard", check_unheard},
    {ROBUST, "robust.overflow", check_overflow},
    {ROBUST, "robust.thread", check_thread},
    {ROBUST, "robust.thread-overflow", check_thread_overflow},
};

enum { CHECKS = sizeof checks / sizeof *checks };

static void run_checks(bool only_required) {
  for (size_t i = 0; i < CHECKS; i++) {
    if (!only_required || checks[i].section == REQUIRED) checks[i].check(checks[i].name);
  }
  if (!only_required) report_processes(friends_left_behind());
}

static void skip_checks(void) {
  const char *required[CHECKS + 1] = {NULL};
  for (size_t i = 0, count = 0; i < CHECKS; i++) {
    if (checks[i].section == REQUIRED) required[count++] = checks[i].name;
  }
  report_not_built(required);
}

int main(int count, char **arguments) {
  if (count < 4 || count > 5) {
    fprintf(stderr, "usage: grade all|required BUILD NOTES [WORK], started by grade.sh\n");
    return 2;
  }
  report_notes(arguments[3]);
  box_startup();
  pace_start(30);
  if (count == 5) {
    friends_startup(arguments[2], arguments[4]);
    run_checks(strcmp(arguments[1], "required") == 0);
  } else {
    skip_checks();
  }
  return report_end();
}
