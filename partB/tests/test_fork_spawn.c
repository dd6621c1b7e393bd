/* Processes made without fork's handlers, by posix_spawn, system and popen, cost the
 * chunks nothing. */
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support.h"

extern char **environ;

static void spawn_true(void) {
  pid_t pid;
  char *arguments[] = {"sh", "-c", "exit 7", NULL};
  CHECK(posix_spawn(&pid, "/bin/sh", NULL, NULL, arguments, environ) == 0);
  CHECK(wait_status(pid) == 7);
}

static void run_and_open(void) {
  CHECK(system("exit 5") >> 8 == 5);
  FILE *output = popen("echo fine", "r");
  char line[16] = "";
  CHECK(output && fgets(line, sizeof line, output) && strcmp(line, "fine\n") == 0);
  CHECK(pclose(output) == 0);
}

/* No write after them costs a split: the chunks stay as private as they were. */
static void test_spawn(void) {
  char *block = new_block(50, 1), *copy = lazy_copy(block, 20);
  struct chunk_stats before = stats();
  for (int i = 0; i < 5; i++) spawn_true();
  for (size_t i = 20; i < 50; i++) poke(block + i * CHUNKSIZE, 1);
  CHECK(stats().splits == before.splits && stats().splits_without_copy == before.splits_without_copy);
  for (int i = 0; i < 5; i++) run_and_open();
  for (size_t i = 20; i < 50; i++) poke(block + i * CHUNKSIZE, 2);
  CHECK(stats().splits == before.splits && stats().splits_without_copy == before.splits_without_copy);
  CHECK(holds(block, 20, 1) && holds(copy, 20, 1));
}

static const struct test tests[] = {
    {"fork_spawn", test_spawn, 60},
};

int main(void) {
  return run_tests(tests, sizeof tests / sizeof *tests);
}
