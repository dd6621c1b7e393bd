/* Crashes at the worst of moments: for each, what is printed, how the program
 * ends, and that it does. Run from the top directory; the
 * animals are in zoo_moments.c, and those that fork in zoo_process.c. */
#include <stdlib.h>
#include <string.h>

#include "../../partB/harness/runner.h"
#include "observe.h"

static void cancelled(void) {
  whole_report(test_name(), "crash_cancelled");
}

static void in_printf(void) {
  whole_report("in_printf", "in printf, called from in_printf");
}

static void in_strlen(void) {
  whole_report("in_strlen", "in strlen, called from in_strlen");
}

static void in_malloc(void) {
  const struct outcome *outcome = observe(ZOO, "in_malloc", STDERR_READ);
  if (outcome->status == 77) test_skip("knows how glibc's malloc works, and this is another");
  CHECK(outcome->status == 139);
  CHECK(begins_kindly(report_of(outcome)));
  CHECK_MATCH(outcome->text,
              "What happened: zoo tried to (read from|access) address 0x12345670, which is not mapped");
  check_where(outcome->text, "in malloc, called from in_malloc");
}

/* A report of the child's crash, and one of the parent's. */
static void two_reports(const char *animal) {
  const struct outcome *outcome = observe(ZOO, animal, STDERR_READ);
  CHECK(outcome->status == 139);
  const char *second = strstr(outcome->text, "child: 139\n");
  CHECK(second);
  CHECK(occurrences(outcome->text, "What happened: ") == 2);
  CHECK(occurrences(second, "What happened: ") == 1);
  check_report(report_of(outcome), "crash");
  check_where(second, "crash");
}

static void in_fork_child(void) {
  two_reports("in_fork_child");
}

static void in_vfork_child(void) {
  two_reports("in_vfork_child");
}

static void in_constructor(void) {
  setenv("ZOO_CONSTRUCTOR", "1", 1);
  whole_report("crash", "crash");
}

/* Another thread calls exit(0) while the report is made. It may come before the
 * report, but not in the middle of it. */
static void exit_races(void) {
  int reports = 0;
  if (emulated()) test_skip("an emulator's threads cannot be told from the program's");
  for (int i = 0; i < 10 || reports == 0; i++) {
    const struct outcome *outcome = observe(ZOO, "exit_races", STDERR_READ);
    if (!strstr(outcome->text, "What happened: ")) continue;
    CHECK(outcome->status == 139);
    check_report(report_of(outcome), "crash");
    reports++;
  }
}

static void together(void) {
  const struct outcome *outcome = observe(ZOO, "together", STDERR_READ);
  CHECK(outcome->status == 139);
  CHECK(occurrences(outcome->text, "\n") <= 4);
  CHECK(occurrences(outcome->text, "What happened") == 1);
  check_report(outcome->text, "crash_together");
}

/* Eight threads crash at once, CRASHES times (8 if the environment does not say). */
static void in_a_row(void) {
  const char *count = getenv("CRASHES");
  for (int left = count ? atoi(count) : 8; left > 0; left--) {
    const struct outcome *outcome = observe(ZOO, "together", STDERR_READ);
    CHECK(outcome->status == 139);
    CHECK(occurrences(outcome->text, "\n") <= 4);
    CHECK(occurrences(outcome->text, "What happened") == 1);
    CHECK(begins_kindly(outcome->text));
    CHECK_MATCH(outcome->text, WHAT);
  }
}

static void main_thread_gone(void) {
  if (emulated()) test_skip("qemu does not know /proc/thread-self");
  whole_report("main_thread_gone", "crash");
}

static const struct test tests[] = {
    {"crash", whole_crash, 10},
    {"in_handler", whole_crash, 10},
    {"at_exit", whole_crash, 10},
    {"in_destructor", whole_crash, 10},
    {"little_stack", whole_crash, 10},
    {"in_callback", whole_crash, 10},
    {"in_loader", whole_crash, 10},
    {"streams_locked", whole_crash, 10},
    {"cancelled", cancelled, 10},
    {"cancelled_at_once", cancelled, 10},
    {"stack_of_nonsense", whole_crash, 10},
    {"in_printf", in_printf, 10},
    {"in_strlen", in_strlen, 10},
    {"in_malloc", in_malloc, 10},
    {"in_fork_child", in_fork_child, 10},
    {"in_vfork_child", in_vfork_child, 10},
    {"in_constructor", in_constructor, 10},
    {"exit_races", exit_races, 30},
    {"together", together, 30},
    {"in_a_row", in_a_row, 300},
    {"main_thread_gone", main_thread_gone, 10},
};

RUN_TESTS(tests)
