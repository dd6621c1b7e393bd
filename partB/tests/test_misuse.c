/* What is an error ends the program by SIGSEGV: it is neither silent nor a loop.
 * And the core that is left shows the chunks, and nothing that no slot holds. */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kin.h"
#include "support.h"

/* The library finds the default action when it starts. */
static void start(void) {
  signal(SIGSEGV, SIG_DFL);
  chunk_startup();
}

/* --- A jump into a chunk: private, shared, freed --- */

enum { PRIVATE, SHARED, LAST_SHARER, FREED, STATES };

static char *chunk_in_state(int state) {
  char *chunk = new_block(1, 1);
  if (state == PRIVATE) return chunk;
  char *copy = lazy_copy(chunk, 1);
  if (state != SHARED) CHECK(chunk_free(copy) == 0);
  return state == FREED ? copy : chunk;
}

static void jump(void *state) {
  start();
  void (*volatile function)(void) = (void (*)(void))(uintptr_t)(chunk_in_state(*(int *)state) + 64);
  function();
}

static void test_jump(void) {
  for (int state = PRIVATE; state < STATES; state++) CHECK(status_of_child(jump, &state) == DIED_BY_SIGSEGV);
}

/* --- A write to a chunk that was freed during a fork, when it cannot be closed --- */

static char *freed;

static void write_to_freed(void) {
  CHECK(chunk_free(freed) == 0);
  poke(freed, 1);
}

static void fork_and_write_to_freed(void *unused) {
  (void)unused;
  start();
  freed = lazy_copy(new_block(1, 1), 1);
  around_fork.before = write_to_freed;
  fork_once();
}

static void test_freed_during_fork(void) {
  skip_without_sharing();
  CHECK(status_of_child(fork_and_write_to_freed, NULL) == DIED_BY_SIGSEGV);
}

/* --- Protection that the program changed itself --- */

struct protection {
  int state, protection, reads;
};

static void touch_protected(void *argument) {
  struct protection *wanted = argument;
  start();
  char *chunk = chunk_in_state(wanted->state);
  CHECK(mprotect(chunk, CHUNKSIZE, wanted->protection) == 0);
  if (wanted->reads) {
    peek(chunk + 7);
  } else {
    poke(chunk + 7, 1);
  }
}

static void test_user_protection(void) {
  struct protection read_only = {PRIVATE, PROT_READ, 0}, closed = {PRIVATE, PROT_NONE, 0},
                    closed_shared = {SHARED, PROT_NONE, 1}, closed_private = {PRIVATE, PROT_NONE, 1};
  CHECK(status_of_child(touch_protected, &read_only) == DIED_BY_SIGSEGV);
  CHECK(status_of_child(touch_protected, &closed) == DIED_BY_SIGSEGV);
  CHECK(status_of_child(touch_protected, &closed_shared) == DIED_BY_SIGSEGV);
  CHECK(status_of_child(touch_protected, &closed_private) == DIED_BY_SIGSEGV);
}

/* --- Signals that nobody handles --- */

static void raise_it(void *action) {
  signal(SIGSEGV, *(void (**)(int))action);
  lazy_copy(new_block(1, 1), 1);
  raise(SIGSEGV);
  kill(getpid(), SIGSEGV);
}

static void write_nowhere(void *action) {
  signal(SIGSEGV, *(void (**)(int))action);
  lazy_copy(new_block(1, 1), 1);
  poke((void *)16, 1); /* as good as NULL, and no sanitizer minds */
}

static void test_default_and_ignored(void) {
  void (*by_default)(int) = SIG_DFL, (*ignored)(int) = SIG_IGN;
  CHECK(status_of_child(raise_it, &by_default) == DIED_BY_SIGSEGV);
  CHECK(status_of_child(raise_it, &ignored) == 0);
  CHECK(status_of_child(write_nowhere, &by_default) == DIED_BY_SIGSEGV);
  CHECK(status_of_child(write_nowhere, &ignored) == DIED_BY_SIGSEGV);
}

/* --- The core --- */

enum { KEPT = 20, DROPPED = 150 };

/* Dies with KEPT chunks in use, and a mark in one of them that was split. */
static void die_with_core(void) {
  struct rlimit unlimited = {RLIM_INFINITY, RLIM_INFINITY};
  if (setrlimit(RLIMIT_CORE, &unlimited) < 0) _exit(77);
  start();
  char *block = new_block(DROPPED, 1), *copy = lazy_copy(block, KEPT);
  if (!copy || chunks_free(block, DROPPED) < 0) _exit(1);
  for (int i = 0; i < 9; i++) poke(copy + 5 * CHUNKSIZE + 100 + i, "the mark:"[i]);
  poke(copy + 5 * CHUNKSIZE + 109, 'K');
  raise(SIGSEGV);
}

/* How often "the mark:K" stands in the file, at the offset it has in its page. */
static int marks_in(FILE *core) {
  static char page[4096];
  int found = 0;
  while (fread(page, 1, sizeof page, core) == sizeof page) {
    found += memcmp(page + 100, "the mark:", 9) == 0 && page[109] == 'K';
  }
  return found;
}

static FILE *open_core(const char *directory, struct stat *status) {
  DIR *entries = opendir(directory);
  FILE *core = NULL;
  for (struct dirent *entry; entries && (entry = readdir(entries));) {
    if (strncmp(entry->d_name, "core", 4) == 0) core = fopen(entry->d_name, "r");
  }
  if (entries) closedir(entries);
  if (core) CHECK(fstat(fileno(core), status) == 0);
  return core;
}

static void remove_directory(const char *directory) {
  char command[64];
  snprintf(command, sizeof command, "rm -rf '%s'", directory);
  CHECK(chdir("/") == 0 && system(command) == 0);
}

/* Cores that go to a program or to another directory are none of a test's business. */
static int cores_come_here(void) {
  FILE *file = fopen("/proc/sys/kernel/core_pattern", "r");
  char pattern[128] = "|";
  if (file && !fgets(pattern, sizeof pattern, file)) pattern[0] = '|';
  if (file) fclose(file);
  return !strchr(pattern, '|') && !strchr(pattern, '/');
}

static void test_core(void) {
  skip_under_sanitizer();
  if (!cores_come_here()) test_skip("core files do not go to the current directory here");
  char directory[] = "/tmp/lazycopy-core-XXXXXX";
  CHECK(mkdtemp(directory) && chdir(directory) == 0);
  pid_t pid = fork();
  CHECK(pid >= 0);
  if (pid == 0) {
    die_with_core();
    _exit(1);
  }
  int status = wait_status(pid);
  struct stat size;
  FILE *core = status == DIED_BY_SIGSEGV ? open_core(".", &size) : NULL;
  int marks = core ? marks_in(core) : 0;
  remove_directory(directory);
  if (status != 77) CHECK(status == DIED_BY_SIGSEGV);
  if (!core) test_skip("no core file was written");
  CHECK(marks == 1);
  CHECK(size.st_blocks * 512 < (KEPT + 60) * CHUNKSIZE);
}

static const struct test tests[] = {
    {"misuse_jump", test_jump, 20},
    {"misuse_freed_during_fork", test_freed_during_fork, 20},
    {"misuse_user_protection", test_user_protection, 20},
    {"misuse_default_and_ignored", test_default_and_ignored, 20},
    {"misuse_core", test_core, 60},
};

RUN_TESTS(tests)
