#include "kin.h"

#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "support.h"

struct turns open_turns(void) {
  struct turns turns;
  CHECK(pipe(turns.to_child) == 0 && pipe(turns.to_parent) == 0);
  return turns;
}

pid_t fork_or_fail(void) {
  pid_t pid = fork();
  CHECK(pid >= 0);
  return pid;
}

void fork_once(void) {
  pid_t child = fork_or_fail();
  if (child == 0) _exit(0);
  CHECK(wait_status(child) == 0);
}

void kill_child(pid_t child) {
  kill(child, SIGKILL);
  CHECK(wait_status(child) == 128 + SIGKILL);
}

struct around_fork around_fork;

static void before_fork(void) {
  if (around_fork.before) around_fork.before();
}

static void after_fork_in_parent(void) {
  if (around_fork.in_parent) around_fork.in_parent();
}

static void after_fork_in_child(void) {
  if (around_fork.in_child) around_fork.in_child();
}

static void register_handlers(void) {
  pthread_atfork(before_fork, after_fork_in_parent, after_fork_in_child);
}

/* Before the library's constructor, whichever way these are linked. */
__attribute__((used, section(".init_array.00050"))) static void (*first_of_all)(void) = register_handlers;

pid_t fork_with_turns(struct turns *turns) {
  pid_t pid = fork_or_fail();
  close(pid == 0 ? turns->to_child[1] : turns->to_child[0]);
  close(pid == 0 ? turns->to_parent[0] : turns->to_parent[1]);
  return pid;
}

void give(const int ends[2]) {
  CHECK(write(ends[1], "", 1) == 1);
}

void await(const int ends[2]) {
  char byte;
  CHECK(read(ends[0], &byte, 1) == 1);
}

struct family make_family(void) {
  struct family family = {new_block(KINDS, 1), NULL};
  family.copy = lazy_copy(family.block + 2 * CHUNKSIZE, 6);
  for (int i = 2; i < COPIED; i++) {
    poke(family.copy + i * CHUNKSIZE, 'x');
    poke(family.copy + i * CHUNKSIZE, peek(family.block + (2 + i) * CHUNKSIZE));
  }
  CHECK(chunks_free(family.copy + COPIED * CHUNKSIZE, 2) == 0);
  return family;
}

int is_original(struct family family) {
  return holds(family.block, KINDS, 1) &&
         memcmp(family.copy, family.block + (size_t)2 * CHUNKSIZE, COPIED * CHUNKSIZE) == 0;
}

void rewrite(struct family family, int value) {
  memset(family.block, value, KINDS * CHUNKSIZE);
  memset(family.copy, value + 1, COPIED * CHUNKSIZE);
}

static int all_are(const char *bytes, size_t count, int value) {
  int same = 1;
  for (size_t i = 0; i < count; i++) same &= bytes[i] == (char)value;
  return same;
}

int is_rewritten(struct family family, int value) {
  return all_are(family.block, KINDS * CHUNKSIZE, value) &&
         all_are(family.copy, COPIED * CHUNKSIZE, value + 1);
}

void rewrite_block(char *block, size_t count, int value) {
  memset(block, value, count * CHUNKSIZE);
}

int is_block_of(const char *block, size_t count, int value) {
  int same = 1;
  for (size_t i = 0; i < count * CHUNKSIZE; i += 64) same &= block[i] == (char)value;
  return same;
}
