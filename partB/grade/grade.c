/* Grades an implementation of a part of the lab:
 *
 *   grade A|B all|required NOTES [LIBRARY]
 *
 * NOTES is a file of lines "name text" from the compiler's pass; without a LIBRARY they tell why there is
 * none. Beside that of part A lie the programs that crash. grade.sh prepares all of it. */
#include <setjmp.h>
#include <stdio.h>
#include <string.h>

#include "../../partA/grade/friends.h"
#include "../harness/box.h"
#include "boxed.h"
#include "checker.h"
#include "checks.h"
#include "pace.h"
#include "report.h"

static void check_processes(void) {
  int left_behind = pace_left_behind();
  if (left_behind) fail("processes left behind: %d", left_behind);
}

static const struct check checks[] = {
#include "checks.def"
};

static jmp_buf end_of_check;
static enum verdict left_with;

static void leave(enum verdict verdict) {
  left_with = verdict;
  longjmp(end_of_check, 1);
}

/* A check that starts programs itself. */
static void run_here(const struct check *check) {
  begin_check(check, leave);
  left_with = PASS;
  if (setjmp(end_of_check) == 0) check->run();
  report(check, left_with, "%s", last_words());
}

static void run(const struct check *check, const char *library) {
  if (!library) {
    if (check->section == REQUIRED) report(check, UNDECIDED, "not tried: there is no library to try");
  } else if (check->seconds > 0) {
    run_boxed(check, library);
  } else {
    run_here(check);
  }
}

/* The check of lazycopy that has a name, for a process of its own. */
static const struct check *check_named(const char *name) {
  for (size_t i = 0; i < sizeof checks / sizeof *checks; i++) {
    if (checks[i].seconds > 0 && strcmp(checks[i].name, name) == 0) return &checks[i];
  }
  return &handler_question;
}

int main(int count, char **arguments) {
  if (count == 5 && strcmp(arguments[1], CHECK_ALONE) == 0)
    checker_run(check_named(arguments[2]), arguments[3], arguments[4]);
  if (count < 4 || count > 5 || (*arguments[1] != 'A' && *arguments[1] != 'B')) {
    fprintf(stderr, "usage: grade A|B all|required NOTES [LIBRARY], started by grade.sh\n");
    return 2;
  }
  const char part = *arguments[1], *library = arguments[4];
  bool only_required = strcmp(arguments[2], "required") == 0;
  report_notes(arguments[3]);
  box_startup();
  pace_start(part == 'A' ? 30 : 60);
  if (!library) report_not_built();
  if (library && part == 'A') friends_startup(library);
  for (size_t i = 0; i < sizeof checks / sizeof *checks; i++) {
    if (checks[i].part == part && (checks[i].section == REQUIRED || !only_required)) run(&checks[i], library);
  }
  return report_end();
}
