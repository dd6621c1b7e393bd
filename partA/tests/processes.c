/* Crashes of processes in a bad way: for each, what is printed, how the program
 * ends, and that it does. Run from the top directory; the
 * animals are in zoo_process.c. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../partB/harness/runner.h"
#include "observe.h"

static void children_watched(void) {
  if (emulated()) test_skip("qemu makes no children without SIGCHLD");
  whole_report("children_watched", "crash");
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

static void no_directory(void) {
  const struct outcome *outcome = observe(ZOO, "no_directory", STDERR_READ);
  CHECK(outcome->status == 139);
  CHECK(begins_kindly(report_of(outcome)));
  CHECK_MATCH(outcome->text, have_addr2line() ? "Where: crash at partA/tests/zoo.c:[0-9]+" : UNNAMED);
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
  partial_report("no_descriptors", UNNAMED);
}

static void no_proc(void) {
  partial_report("no_proc", UNNAMED);
}

/* The address that the code came to is in no file, nor does anything say so: its caller is named. */
static void no_proc_null_call(void) {
  const struct outcome *outcome = observe(ZOO, "no_proc_null_call", STDERR_READ);
  if (outcome->status == 77) test_skip("the zoo cannot simulate this here");
  CHECK(outcome->status == 139);
  CHECK_MATCH(outcome->text, "at address 0x0: a call through a function pointer that is NULL");
  CHECK_MATCH(outcome->text, "this tells the line: addr2line -Cfie '.*/zoo' 0x[0-9a-f]{1,6}\n");
}

/* A sandbox kills for the first file that is opened: the kind line is out by then. */
static void sandbox_kills(void) {
  const struct outcome *outcome = observe(ZOO, "sandbox_kills", STDERR_READ);
  if (outcome->status == 77) test_skip("no seccomp here");
  CHECK(outcome->status == 128 + SIGSYS && outcome->by_signal);
  CHECK(begins_kindly(report_of(outcome)));
}

/* The child dies between two lines: this process writes the second, as well as it can. */
static void sandbox_kills_child(void) {
  const struct outcome *outcome = observe(ZOO, "sandbox_kills_child", STDERR_READ);
  if (outcome->status == 77) test_skip("no seccomp here");
  CHECK(outcome->status == 139 && !outcome->by_signal);
  CHECK(begins_kindly(report_of(outcome)));
  CHECK(occurrences(outcome->text, "What happened: ") == 1);
  CHECK_MATCH(outcome->text, WHAT);
  CHECK_MATCH(outcome->text, "Where: " PLACE "; this tells the line: addr2line ");
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
  setenv("LETSBEFRIENDS_OPTIONS", "timeout=1", 1);
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
static void unnamed_report(const char *script, const char *where) {
  if (emulated()) test_skip("the emulator itself is found by PATH");
  set_addr2line(script);
  const struct outcome *outcome = observe(ZOO, "crash", STDERR_READ);
  remove_addr2line();
  CHECK(outcome->status == 139 && !outcome->by_signal);
  CHECK(begins_kindly(report_of(outcome)));
  CHECK_MATCH(outcome->text, WHAT);
  CHECK_MATCH(outcome->text, where);
}

static void addr2line_absent(void) {
  unnamed_report(NULL, UNNAMED);
}

/* What takes too long is said to have done so. */
static void addr2line_hangs(void) {
  setenv("LETSBEFRIENDS_OPTIONS", "timeout=1", 1);
  unnamed_report("while :; do :; done",
                 "Where: crash  \\(" PLACE "\\); time ran out; this tells the line: addr2line");
}

static void addr2line_floods(void) {
  unnamed_report("while :; do echo; done", UNNAMED);
}

static void addr2line_fails(void) {
  unnamed_report("exit 1", UNNAMED);
}

/* C++ has such names. What does not fit on the line is marked. */
static void addr2line_says_much(void) {
  if (emulated()) test_skip("the emulator itself is found by PATH");
  set_addr2line("shift 6; for address; do printf '0x%s\nf%07000d\nfile.c:1\n' $address 0; done");
  const struct outcome *outcome = observe(ZOO, "crash", STDERR_READ);
  remove_addr2line();
  CHECK_MATCH(outcome->text, "Where: f0{100,200}\\.\\.\\. at file.c:1  \\(" PLACE "\\)\n");
}

static const struct test tests[] = {
    {"descriptors_used_up", whole_crash, 10},
    {"no_more_descriptors", whole_crash, 10},
    {"three_descriptors", whole_crash, 10},
    {"children_watched", children_watched, 10},
    {"blocked", blocked, 10},
    {"ignored_at_start", ignored_at_start, 10},
    {"own_handler", own_handler, 10},
    {"no_directory", no_directory, 10},
    {"no_process", no_process, 10},
    {"no_address_space", no_address_space, 10},
    {"no_descriptors", no_descriptors, 10},
    {"no_proc", no_proc, 10},
    {"no_proc_null_call", no_proc_null_call, 10},
    {"sandbox_kills", sandbox_kills, 10},
    {"sandbox_kills_child", sandbox_kills_child, 10},
    {"stderr_closed", stderr_closed, 10},
    {"stderr_is_a_file_of_the_program", stderr_is_a_file_of_the_program, 10},
    {"stderr_full", stderr_full, 10},
    {"stderr_without_reader", stderr_without_reader, 10},
    {"forwarded", forwarded, 10},
    {"addr2line_absent", addr2line_absent, 10},
    {"addr2line_hangs", addr2line_hangs, 10},
    {"addr2line_floods", addr2line_floods, 10},
    {"addr2line_fails", addr2line_fails, 10},
    {"addr2line_says_much", addr2line_says_much, 10},
};

RUN_TESTS(tests)
