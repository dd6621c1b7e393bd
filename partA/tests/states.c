/* Crashes at the worst of moments: for each, what is printed, how the program
 * ends, and (in observe) that it ends in time. Run from the top directory;
 * animals are in zoo_process.c and zoo_moments.c. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../partB/tests/runner.h"
#include "observe.h"

#define WHAT                                                                                               \
  "What happened: zoo tried to (read from|write to|access) address 0x5[05], which is not mapped. That is " \
  "8[05] "                                                                                                 \
  "bytes past "                                                                                            \
  "NULL"
#define PLACE "zoo\\+0x[0-9a-f]+"
#define UNNAMED "Where: " PLACE "; this tells the line: addr2line -Cfe /.*/zoo 0x[0-9a-f]+\n"

/* The line names the function, if addr2line is there and the C library lets itself be unwound. */
static void check_where(const char *report, const char *function) {
  char where[256];
  snprintf(where, sizeof where, "Where: %s at partA/tests/zoo[a-z_]*.c:[0-9]+  \\(" PLACE "\\)\n", function);
  if (strncmp(function, "in ", 3) == 0 && !ON_GLIBC) {
    CHECK_MATCH(report, "Where: .*\\+0x[0-9a-f]+; it is not known who called it.\n");
  } else {
    CHECK_MATCH(report, have_addr2line() ? where : UNNAMED);
  }
}

static void check_report(const char *report, const char *function) {
  CHECK(begins_kindly(report));
  CHECK_MATCH(report, WHAT);
  check_where(report, function);
}

/* The animal's only words on standard error are one whole report, and its status is the usual one. */
static void whole_report(const char *animal, const char *function) {
  const struct outcome *outcome = observe(ZOO, animal, STDERR_READ);
  if (outcome->status == 77) test_skip("not possible here");
  CHECK(outcome->status == 139 && !outcome->by_signal);
  CHECK(occurrences(outcome->text, "\n") == 4);
  check_report(report_of(outcome), function);
}

/* Animals whose report has all three lines, whatever the moment. */
#define WHOLE(ANIMAL)                                   \
  ANIMAL(crash, "crash")                                \
  ANIMAL(in_handler, "crash")                           \
                                                        \
  ANIMAL(descriptors_used_up, "crash")                  \
  ANIMAL(at_exit, "crash")                              \
  ANIMAL(in_destructor, "crash")                        \
  ANIMAL(little_stack, "crash")                         \
  ANIMAL(in_callback, "crash")                          \
  ANIMAL(in_printf, "in printf, called from in_printf") \
  ANIMAL(in_strlen, "in strlen, called from in_strlen") \
  ANIMAL(in_loader, "crash")                            \
  ANIMAL(streams_locked, "crash")                       \
  ANIMAL(stack_of_nonsense, "crash")
#define DEFINE(name, function)     \
  static void name(void) {         \
    whole_report(#name, function); \
  }
WHOLE(DEFINE)

static void children_watched(void) {
  if (emulated()) test_skip("qemu makes no children without SIGCHLD");
  whole_report("children_watched", "crash");
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

/* While SIGSEGV is blocked, the kernel lets no handler run. */
static void blocked(void) {
  const struct outcome *outcome = observe(ZOO, "blocked", STDERR_READ);
  CHECK(outcome->status == 139 && outcome->by_signal);
  CHECK(!strstr(outcome->text, "What happened: "));
}

static void ignored_at_start(void) {
  if (emulated()) test_skip("qemu does not hand on that a signal is ignored");
  signal(SIGSEGV, SIG_IGN);
  const struct outcome *outcome = observe(ZOO, "ignored", STDERR_READ);
  CHECK(outcome->status == 0);
  CHECK(strcmp(outcome->text, "still here\n") == 0);
}

static void own_handler(void) {
  const struct outcome *outcome = observe(ZOO, "own_handler", STDERR_READ);
  CHECK(outcome->status == 7);
  CHECK(occurrences(outcome->text, "\n") == 2);
  CHECK_MATCH(outcome->text, "the program's own handler\n$");
}

static void in_constructor(void) {
  setenv("ZOO_CONSTRUCTOR", "1", 1);
  whole_report("crash", "crash");
}

static void no_directory(void) {
  const struct outcome *outcome = observe(ZOO, "no_directory", STDERR_READ);
  CHECK(outcome->status == 139);
  CHECK(begins_kindly(report_of(outcome)));
  CHECK_MATCH(outcome->text, have_addr2line() ? "Where: crash at /.*/zoo.c:[0-9]+" : UNNAMED);
}

/* The report where something is missing: two lines, and as much of the third as can be had. */
static void partial_report(const char *animal, const char *where) {
  const struct outcome *outcome = observe(ZOO, animal, STDERR_READ);
  if (outcome->status == 77) test_skip("the zoo cannot simulate this here");
  CHECK(outcome->status == 139 && !outcome->by_signal);
  CHECK(begins_kindly(report_of(outcome)));
  CHECK_MATCH(outcome->text, WHAT);
  CHECK_MATCH(outcome->text, where);
}

static void no_process(void) {
  partial_report("no_process", UNNAMED);
}

static void no_address_space(void) {
  if (emulated()) test_skip("qemu does not apply the limit");
  partial_report("no_address_space", UNNAMED);
}

static void no_descriptors(void) {
  partial_report("no_descriptors", "Where: not known; /proc/self/maps cannot be read.\n");
}

static void no_proc(void) {
  partial_report("no_proc", "Where: not known; /proc/self/maps cannot be read.\n");
}

/* A sandbox kills for the first file that is opened: the kind line is out by then. */
static void sandbox_kills(void) {
  const struct outcome *outcome = observe(ZOO, "sandbox_kills", STDERR_READ);
  if (outcome->status == 77) test_skip("no seccomp here");
  CHECK(outcome->status == 128 + SIGSYS && outcome->by_signal);
  CHECK(begins_kindly(report_of(outcome)));
}

static void stderr_closed(void) {
  CHECK(observe(ZOO, "crash", STDERR_CLOSED)->status == 139);
}

/* What was closed at the start is not ours to write to, whatever is open there later. */
static void stderr_is_a_file_of_the_program(void) {
  char path[] = "/tmp/outXXXXXX", text[100] = "";
  int file = mkstemp(path);
  unlink(path);
  dup2(file, STDOUT_FILENO);
  CHECK(observe(ZOO, "file_in_place_of_stderr", STDERR_CLOSED)->status == 0);
  CHECK(pread(file, text, sizeof text - 1, 0) > 0);
  CHECK(strcmp(text, "descriptor 2, 0 bytes written to it\n") == 0);
}

static void stderr_full(void) {
  const struct outcome *outcome = observe(ZOO, "silent", STDERR_FULL);
  CHECK(outcome->status == 139 && !outcome->by_signal);
}

static void stderr_without_reader(void) {
  const struct outcome *outcome = observe(ZOO, "silent", STDERR_NO_READER);
  CHECK(outcome->status == 139 && !outcome->by_signal);
}

/* A handler that was installed later and passes the crash on, with a signal mask of its own. */
static void forwarded(void) {
  const struct outcome *outcome = observe(ZOO, "forwarded", STDERR_READ);
  CHECK(outcome->status == 139 && !outcome->by_signal);
  check_report(outcome->text, "forwarded");
  outcome = observe(ZOO, "forwarded", STDERR_NO_READER);
  CHECK(outcome->status == 139 && !outcome->by_signal);
}

/* Another thread calls exit(0) while the report is made. It may come before the
 * report, but not in the middle of it. */
static void exit_races(void) {
  int reports = 0;
  if (emulated()) test_skip("an emulator's threads cannot be told from the program's");
  for (int i = 0; i < 20; i++) {
    const struct outcome *outcome = observe(ZOO, "exit_races", STDERR_READ);
    if (!strstr(outcome->text, "What happened: ")) continue;
    CHECK(outcome->status == 139);
    check_report(report_of(outcome), "crash");
    reports++;
  }
  CHECK(reports > 0);
}

static void together(void) {
  const struct outcome *outcome = observe(ZOO, "together", STDERR_READ);
  CHECK(outcome->status == 139);
  CHECK(occurrences(outcome->text, "\n") == 3);
  check_report(outcome->text, "crash_together");
}

/* Eight threads crash at once, CRASHES times (300 if the environment does not say). */
static void in_a_row(void) {
  const char *count = getenv("CRASHES");
  for (int left = count ? atoi(count) : 300; left > 0; left--) {
    const struct outcome *outcome = observe(ZOO, "together", STDERR_READ);
    CHECK(outcome->status == 139);
    CHECK(occurrences(outcome->text, "\n") == 3);
    CHECK(begins_kindly(outcome->text));
    CHECK_MATCH(outcome->text, WHAT);
  }
}

static void main_thread_gone(void) {
  if (emulated()) test_skip("qemu does not know /proc/thread-self");
  whole_report("main_thread_gone", "crash");
}

/* A directory with nothing but, if there is a script, an addr2line of that kind, becomes the PATH. */
static void set_addr2line(const char *script) {
  char directory[] = "/tmp/pathXXXXXX", path[64];
  CHECK(mkdtemp(directory));
  snprintf(path, sizeof path, "%s/addr2line", directory);
  setenv("PATH", directory, 1);
  if (!script) return;
  int file = open(path, O_WRONLY | O_CREAT, 0755);
  dprintf(file, "#!/bin/sh\n%s\n", script);
  close(file);
}

static void remove_addr2line(void) {
  char path[64];
  snprintf(path, sizeof path, "%s/addr2line", getenv("PATH"));
  unlink(path);
  rmdir(getenv("PATH"));
}

/* The report without addr2line's help, or with a broken one. */
static void unnamed_report(const char *script) {
  if (emulated()) test_skip("the emulator itself is found by PATH");
  set_addr2line(script);
  const struct outcome *outcome = observe(ZOO, "crash", STDERR_READ);
  remove_addr2line();
  CHECK(outcome->status == 139 && !outcome->by_signal);
  CHECK(begins_kindly(report_of(outcome)));
  CHECK_MATCH(outcome->text, WHAT);
  CHECK_MATCH(outcome->text, UNNAMED);
}

static void addr2line_absent(void) {
  unnamed_report(NULL);
}

static void addr2line_hangs(void) {
  unnamed_report("while :; do :; done");
}

static void addr2line_floods(void) {
  unnamed_report("while :; do echo; done");
}

static void addr2line_fails(void) {
  unnamed_report("exit 1");
}

#define LIST(name, function) {#name, name, 10},
static const struct test tests[] = {
    WHOLE(LIST){"in_malloc", in_malloc, 10},
    {"children_watched", children_watched, 10},
    {"in_fork_child", in_fork_child, 10},
    {"in_vfork_child", in_vfork_child, 10},
    {"blocked", blocked, 10},
    {"ignored_at_start", ignored_at_start, 10},
    {"own_handler", own_handler, 10},
    {"in_constructor", in_constructor, 10},
    {"no_directory", no_directory, 10},
    {"no_process", no_process, 10},
    {"no_address_space", no_address_space, 10},
    {"no_descriptors", no_descriptors, 10},
    {"no_proc", no_proc, 10},
    {"sandbox_kills", sandbox_kills, 10},
    {"stderr_closed", stderr_closed, 10},
    {"stderr_is_a_file_of_the_program", stderr_is_a_file_of_the_program, 10},
    {"stderr_full", stderr_full, 10},
    {"forwarded", forwarded, 10},
    {"stderr_without_reader", stderr_without_reader, 10},
    {"exit_races", exit_races, 30},
    {"together", together, 30},
    {"in_a_row", in_a_row, 300},
    {"main_thread_gone", main_thread_gone, 10},
    {"addr2line_absent", addr2line_absent, 10},
    {"addr2line_hangs", addr2line_hangs, 10},
    {"addr2line_floods", addr2line_floods, 10},
    {"addr2line_fails", addr2line_fails, 10},
};

int main(void) {
  return run_tests(tests, sizeof tests / sizeof *tests);
}
