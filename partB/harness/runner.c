#include "runner.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "box.h"

enum { SKIPPED = 77, FAILED = 1 };

static const double PATIENCE = 20; /* seconds that a test may sleep */

_Noreturn void test_failed(const char *file, int line, const char *condition) {
  dprintf(STDERR_FILENO, "%s:%d: %s does not hold (errno: %s)\n", file, line, condition, strerror(errno));
  _exit(FAILED);
}

_Noreturn void test_skip(const char *reason) {
  dprintf(STDERR_FILENO, "%s\n", reason);
  _exit(SKIPPED);
}

int wait_status(int pid) {
  int status;
  while (waitpid(pid, &status, 0) < 0) {
    if (errno != EINTR) return -1;
  }
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

/* Copies what the test printed, so that a reader sees why it failed. */
static void show(const char *text) {
  while (*text) {
    size_t length = strcspn(text, "\n");
    printf("    %.*s\n", (int)length, text);
    text += length + (text[length] == '\n');
  }
}

static const char *name_of_this;

const char *test_name(void) {
  return name_of_this;
}

static void run_body(const void *test) {
  name_of_this = ((const struct test *)test)->name;
  dup2(STDOUT_FILENO, STDERR_FILENO); /* in the order in which it was printed */
  ((const struct test *)test)->run();
}

/* Returns whether the test did not fail. It has a session of its own, which is killed in the end, so that no
 * test leaves children behind. A test to which a busy machine gave too little is run once more. */
static bool run_one(const struct test *test) {
  static struct box_result result;
  struct box box = {.run = run_body, .subject = test, .seconds = test->seconds, .patience = PATIENCE};
  box_run(&box, &result);
  if (result.ending == STOPPED_STARVING) box_run(&box, &result);
  bool passed = result.ending == ENDED_BY_EXIT && result.code == 0;
  bool skipped = result.ending == ENDED_BY_EXIT && result.code == SKIPPED;
  if (passed) {
    printf("ok      %s  (%.2f s)\n", test->name, result.seconds);
  } else if (skipped) {
    printf("skipped %s:\n", test->name);
  } else {
    printf("FAILED  %s: it %s\n", test->name, box_describe(&result).string);
  }
  if (!passed) show(result.streams[BOX_OUT].text);
  fflush(stdout);
  return passed || skipped;
}

/* Is the test named in the blank-separated list TESTS, or is there no list? */
static int wanted(const char *name) {
  const char *list = getenv("TESTS");
  size_t length = strlen(name);
  if (!list || !*list) return 1;
  for (const char *word = list; *word;) {
    size_t span = strcspn(word, " ");
    if (span == length && strncmp(word, name, length) == 0) return 1;
    word += span + (word[span] == ' ');
  }
  return 0;
}

int run_tests(const struct test *tests, size_t count) {
  box_startup();
  int failures = 0;
  for (size_t i = 0; i < count; i++) {
    if (wanted(tests[i].name) && !run_one(&tests[i])) failures++;
  }
  return failures > 0;
}
