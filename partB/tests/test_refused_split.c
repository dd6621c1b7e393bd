/* What a refused split leaves behind: the kernel may have unmapped the chunk when
 * it said no. chunk_make_writable then says ENOMEM, and the chunk is back, with
 * its contents, as soon as the kernel is willing and somebody uses it. */
#include <errno.h>
#include <pthread.h>
#include <unistd.h>

#include "kin.h"
#include "refusal.h"
#include "support.h"

enum { COUNT = 4 };

/* Refuses to map the new frame, and then the old one again. */
static void refuse_split(char *chunks, size_t count) {
  refuse(MREMAP, 1, FOR_EVER);
  CHECK(chunk_make_writable(chunks, count * CHUNKSIZE) == -1 && errno == ENOMEM);
  CHECK(refuse_nothing() > 1);
}

static void test_then_read(void) {
  skip_without_sharing();
  char *block = new_block(COUNT, 1), *copy = lazy_copy(block, COUNT), *third = lazy_copy(block, COUNT);
  refuse_split(copy, COUNT);
  CHECK(holds(copy, COUNT, 1) && holds(block, COUNT, 1) && holds(third, COUNT, 1));
}

static void test_then_write(void) {
  skip_without_sharing();
  char *block = new_block(COUNT, 1), *copy = lazy_copy(block, COUNT), *third = lazy_copy(block, COUNT);
  refuse_split(copy, COUNT);
  errno = 4711;
  fill(copy, COUNT, 2);
  CHECK(errno == 4711 && holds(copy, COUNT, 2) && holds(block, COUNT, 1) && holds(third, COUNT, 1));
  CHECK(stats().frames_in_use == 2 * COUNT);
}

static void test_then_copy_and_free(void) {
  skip_without_sharing();
  char *block = new_block(COUNT, 1), *copy = lazy_copy(block, COUNT), *third = lazy_copy(block, COUNT);
  refuse_split(copy, COUNT);
  char *fourth = lazy_copy(copy, COUNT);
  CHECK(holds(fourth, COUNT, 1) && chunks_free(copy, COUNT) == 0);
  fill(fourth, COUNT, 4);
  CHECK(holds(fourth, COUNT, 4) && holds(block, COUNT, 1) && holds(third, COUNT, 1));
}

/* Nobody else has the contents, and still they are not lost. */
static char *unmapped_copy(void) {
  char *block = new_block(1, 1), *copy = lazy_copy(block, 1);
  refuse_split(copy, 1);
  CHECK(chunk_free(block) == 0);
  return copy;
}

static void test_unmapped(void) {
  skip_without_sharing();
  char *copy = unmapped_copy();
  CHECK(chunk_make_writable(copy, 1) == 0 && holds(copy, 1, 1));
  copy = unmapped_copy();
  CHECK(holds(lazy_copy(copy, 1), 1, 1) && holds(copy, 1, 1));
  copy = unmapped_copy();
  CHECK(holds(chunk_copy_eager(copy), 1, 1) && holds(copy, 1, 1));
  copy = unmapped_copy();
  poke(copy + 1, 0x77);
  CHECK(peek(copy + 1) == 0x77);
  poke(copy + 1, peek(new_block(1, 1) + 1));
  CHECK(holds(copy, 1, 1));
  CHECK(chunk_free(unmapped_copy()) == 0 && is_zero(chunk_alloc(), 1));
  copy = unmapped_copy();
  pid_t child = fork_or_fail();
  CHECK(holds(copy, 1, 1));
  if (child == 0) _exit(0);
  CHECK(wait_status(child) == 0);
}

/* --- Just before a fork, a chunk can neither be protected nor made private: both make it
 * private afterwards. --- */

static struct turns turns;
static int is_late;

/* The parent writes before the library has seen to the child. */
static void await_parent(void) {
  if (is_late) await(turns.to_child);
}

static void refuse_no_more(void) {
  refuse_nothing();
}

/* Before the library does, whose handlers then run before the fork earlier than this one, and
 * in the child later. */
__attribute__((constructor(101))) static void be_first(void) {
  pthread_atfork(refuse_no_more, NULL, await_parent);
}

static void test_before_fork(void) {
  skip_without_sharing();
  char *chunk = new_block(1, 1);
  refuse(MPROTECT | MMAP, 1, FOR_EVER);
  pid_t child = fork_or_fail();
  if (child == 0) {
    poke(chunk, peek(chunk) + 1);
    _exit(0);
  }
  CHECK(refuse_nothing() > 0);
  CHECK(wait_status(child) == 0 && holds(chunk, 1, 1));
  poke(chunk, 7);
}

/* The kernel has unmapped it, too, and refuses to map it before the next fork. */
static void test_unmapped_before_fork(void) {
  skip_without_sharing();
  char *chunk = new_block(1, 1);
  for (int i = 0; i < 2; i++) {
    refuse(i == 0 ? MPROTECT | MREMAP : MREMAP, 1, FOR_EVER);
    pid_t child = fork_or_fail();
    if (child == 0) _exit(holds(chunk, 1, 1) ? 0 : 1);
    CHECK(wait_status(child) == 0);
  }
  CHECK(holds(chunk, 1, 1));
}

static void test_late_child(void) {
  skip_without_sharing();
  char *chunk = new_block(1, 1);
  turns = open_turns();
  is_late = 1;
  refuse(MPROTECT | MMAP, 1, FOR_EVER);
  pid_t child = fork_or_fail();
  if (child == 0) _exit(holds(chunk, 1, 1) ? 0 : 1);
  CHECK(refuse_nothing() > 0);
  fill(chunk, 1, 2);
  give(turns.to_child);
  CHECK(wait_status(child) == 0 && holds(chunk, 1, 2));
}

/* Memory that cannot be given back stays with the library, and is not handed out as it is. */
static void test_giving_back(void) {
  skip_without_sharing();
  char *block = new_block(4, 1);
  CHECK(chunks_free(block, 4) == 0 && stats().frames_cached == 0);
  block = new_block(4, 1);
  refuse(MADVISE, 1, FOR_EVER);
  CHECK(chunks_free(block, 4) == 0);
  refuse_nothing();
  CHECK(is_zero(chunks_alloc(4), 4));
}

static const struct test tests[] = {
    {"refused_split_then_read", test_then_read, 20},
    {"refused_split_then_write", test_then_write, 20},
    {"refused_split_then_copy_and_free", test_then_copy_and_free, 20},
    {"refused_split_before_fork", test_before_fork, 20},
    {"refused_split_unmapped_before_fork", test_unmapped_before_fork, 20},
    {"refused_split_late_child", test_late_child, 20},
    {"refused_giving_back", test_giving_back, 20},
    {"refusal_unmapped", test_unmapped, 60},
};

int main(void) {
  return run_tests(tests, sizeof tests / sizeof *tests);
}
