/* A small test runner: a table of named functions, each run in a process of
 * its own with limits, so that a crash or a hang fails one test only.
 *
 *   static void test_zeroed(void) { CHECK(p[0] == 0); }
 *   static const struct test tests[] = {{"zeroed", test_zeroed, 5}};
 *   RUN_TESTS(tests)
 *
 * One line per test goes to standard output, beginning with "ok ", "FAILED "
 * or "skipped "; tally.sh counts them. What a test prints is shown
 * only when it fails. The environment variable TESTS, if set and not empty, names the tests to run, separated
 * by blanks. */
#ifndef RUNNER_H
#define RUNNER_H

#include <stddef.h>

struct test {
  const char *name;
  void (*run)(void);
  int seconds; /* of processor time, on the reference machine (effort.h); generous */
};

/* Runs the tests in order. Returns 0 if none failed, else 1. */
int run_tests(const struct test *tests, size_t count);

/* The main function of a program that has a table of tests. */
#define RUN_TESTS(tests)                                   \
  int main(void) {                                         \
    return run_tests(tests, sizeof tests / sizeof *tests); \
  }

/* The name of the test that runs: for a function that tests several things. */
const char *test_name(void);

/* Ends the test as failed, saying which condition did not hold, where. May
 * also be used in a child process of a test: the child exits with status 1. */
#define CHECK(condition) ((condition) ? (void)0 : test_failed(__FILE__, __LINE__, #condition))
_Noreturn void test_failed(const char *file, int line, const char *condition);

/* Ends the test as skipped, with the reason. */
_Noreturn void test_skip(const char *reason);

/* Waits for a child process and returns its exit status, or 128 + signal. */
int wait_status(int pid);

#endif
