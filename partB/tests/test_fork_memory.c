/* However often a program forks, what it takes does not grow: the frames that
 * only dead, replaced or killed relatives could see are used again. */
#include <sched.h>
#include <unistd.h>

#include "kin.h"
#include "probe.h"
#include "support.h"

enum { COUNT = 2, CHUNK_KIB = CHUNKSIZE / 1024 };

/* How much more it may be after the first forks: half of what it would be if a frame were
 * lost for each chunk and fork of a short run. */
enum { GROWTH_KIB = 10 * COUNT * CHUNK_KIB, FIRST = 10, SHORT = 20 };

static long address_space_kib(void) {
  return proc_kib("/proc/self/status", "VmSize:");
}

/* Forks and rewrites; half of the children write, too, and half of the time the
 * parent writes before the child has ended. */
static void fork_and_rewrite(char *block, int rounds) {
  for (int round = 0; round < rounds; round++) {
    pid_t child = fork_or_fail();
    if (child == 0) {
      if (round % 2) rewrite_block(block, COUNT, ~round);
      _exit(0);
    }
    if (round % 4 < 2) rewrite_block(block, COUNT, round);
    CHECK(wait_status(child) == 0);
    if (round % 4 >= 2) rewrite_block(block, COUNT, round);
    CHECK(is_block_of(block, COUNT, round));
  }
}

static void check_bounded(char *block, int rounds) {
  fork_and_rewrite(block, FIRST);
  long memory = memory_kib();
  size_t mappings = mapping_count();
  long address_space = address_space_kib();
  fork_and_rewrite(block, rounds);
  CHECK(memory_kib() - memory < GROWTH_KIB);
  CHECK(mapping_count() < mappings + 20 * COUNT);
  CHECK(address_space_kib() - address_space <= address_space);
}

static void test_thousand_forks(void) {
  char *block = new_block(COUNT, 1), *copy = lazy_copy(block, COUNT);
  check_bounded(copy, (int)full_or(1000, SHORT));
  CHECK(holds(block, COUNT, 1));
}

/* A worker that lives on while others come and go. */
static pid_t fork_worker(char *block, int value) {
  rewrite_block(block, COUNT, value);
  pid_t worker = fork_or_fail();
  if (worker > 0) return worker;
  for (;;) {
    CHECK(is_block_of(block, COUNT, value));
    pause();
  }
}

static void test_several_resident_children(void) {
  char *block = new_block(COUNT, 1);
  enum { MOST = 20 };
  const int WORKERS = (int)full_or(MOST, 5);
  pid_t workers[MOST];
  for (int i = 0; i < WORKERS; i++) {
    workers[i] = fork_worker(block, 'a' + i);
    fork_and_rewrite(block, 3);
  }
  check_bounded(block, SHORT);
  for (int i = 0; i < WORKERS; i++) {
    kill_child(workers[i]);
    fork_and_rewrite(block, 3);
  }
  check_bounded(block, (int)full_or(100, SHORT));
}

/* Workers replaced one by one: there is always one that was forked before. */
static void test_replaced_children(void) {
  char *block = new_block(COUNT, 1);
  enum { AT_ONCE = 3 };
  pid_t workers[AT_ONCE];
  for (int i = 0; i < AT_ONCE; i++) workers[i] = fork_worker(block, i);
  long memory = 0;
  for (int i = 0; i < (int)full_or(200, FIRST + SHORT); i++) {
    if (i == FIRST) memory = memory_kib();
    kill_child(workers[i % AT_ONCE]);
    workers[i % AT_ONCE] = fork_worker(block, i);
  }
  CHECK(memory_kib() - memory < GROWTH_KIB);
  for (int i = 0; i < AT_ONCE; i++) kill_child(workers[i]);
}

/* What was freed before a fork is not kept for the child, however freshly. */
static void test_freed_before(void) {
  enum { MOST = 20, FREED = 10 };
  const int CHILDREN = (int)full_or(MOST, 8);
  pid_t children[MOST];
  CHECK(chunk_free(chunk_alloc()) == 0);
  long memory = memory_kib();
  for (int i = 0; i < CHILDREN; i++) {
    CHECK(chunks_free(new_block(FREED, 1), FREED) == 0);
    children[i] = fork_or_fail();
    if (children[i] == 0) pause();
  }
  CHECK(memory_kib() - memory < 3 * FREED * CHUNK_KIB);
  for (int i = 0; i < CHILDREN; i++) kill_child(children[i]);
}

/* A program started by a child sees no chunks, so it holds none back. */
static void test_exec_gives_back(void) {
  char *block = new_block(COUNT, 1);
  pid_t children[10];
  int hold[2];
  CHECK(pipe(hold) == 0);
  for (int i = 0; i < 10; i++) {
    children[i] = fork_or_fail();
    if (children[i] == 0) {
      dup2(hold[0], STDIN_FILENO);
      close(hold[1]);
      execl("/bin/sh", "sh", "-c", "read line; exit 0", (char *)NULL);
      _exit(1);
    }
    rewrite_block(block, COUNT, i);
  }
  check_bounded(block, (int)full_or(100, SHORT));
  close(hold[1]);
  for (int i = 0; i < 10; i++) CHECK(wait_status(children[i]) == 0);
}

/* Each child goes on as the program, and its parent ends: daemons, shells. */
static void test_chain(void) {
  char *block = new_block(COUNT, 1);
  struct turns turns = open_turns();
  if (fork_with_turns(&turns) > 0) {
    await(turns.to_parent);
    return;
  }
  long memory = 0, address_space = 0;
  for (int generation = 0; generation < (int)full_or(300, FIRST + SHORT); generation++) {
    pid_t parent = getpid(), next = fork_or_fail();
    if (next > 0) _exit(0);
    while (getppid() == parent) sched_yield();
    rewrite_block(block, COUNT, generation);
    CHECK(is_block_of(block, COUNT, generation));
    if (generation != FIRST) continue;
    memory = memory_kib();
    address_space = address_space_kib();
  }
  CHECK(memory_kib() - memory < GROWTH_KIB);
  CHECK(address_space_kib() - address_space <= address_space);
  give(turns.to_parent);
}

static const struct test tests[] = {
    {"fork_thousand", test_thousand_forks, 120},
    {"fork_several_resident_children", test_several_resident_children, 120},
    {"fork_replaced_children", test_replaced_children, 120},
    {"fork_exec_gives_back", test_exec_gives_back, 120},
    {"fork_chain", test_chain, 120},
    {"fork_freed_before", test_freed_before, 60},
};

RUN_TESTS(tests)
