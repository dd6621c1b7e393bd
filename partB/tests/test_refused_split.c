/* What a refused split leaves behind: the kernel may have unmapped the chunk when
 * it said no. chunk_make_writable then says ENOMEM, and the chunk is back, with
 * its contents, as soon as the kernel is willing and somebody uses it. */
#include <errno.h>
#include <unistd.h>

#include "kin.h"
#include "refusal.h"
#include "support.h"

enum { COUNT = 4 };

/* Refuses to map the new frame, and the old one again. */
static void refuse_split(char *chunks, size_t count) {
  refuse(MREMAP, 1, FOR_EVER);
  CHECK(chunk_make_writable(chunks, count * CHUNKSIZE) == -1 && errno == ENOMEM);
  CHECK(refuse_nothing() > 0);
}

static void read_it(char *chunks) {
  CHECK(holds(chunks, COUNT, 1));
}

static void write_it(char *chunks) {
  errno = 4711;
  fill(chunks, COUNT, 2);
  CHECK(errno == 4711);
}

static void make_it_writable(char *chunks) {
  CHECK(chunk_make_writable(chunks, COUNT * CHUNKSIZE) == 0);
}

static void copy_lazily(char *chunks) {
  CHECK(holds(lazy_copy(chunks, COUNT), COUNT, 1));
}

static void copy_eagerly(char *chunks) {
  CHECK(holds(chunks_copy_eager(chunks, COUNT), COUNT, 1));
}

static void fork_with_it(char *chunks) {
  pid_t child = fork_or_fail();
  CHECK(holds(chunks, COUNT, 1));
  if (child == 0) _exit(0);
  CHECK(wait_status(child) == 0);
}

/* Others have the same contents, or nobody: they are not lost. */
static void test_then_used(void) {
  skip_without_sharing();
  void (*const uses[])(char *) = {read_it,     write_it,     make_it_writable,
                                  copy_lazily, copy_eagerly, fork_with_it};
  for (size_t i = 0; i < sizeof uses / sizeof *uses; i++) {
    for (int alone = 0; alone < 2; alone++) {
      char *block = new_block(COUNT, 1), *copy = lazy_copy(block, COUNT);
      refuse_split(copy, COUNT);
      if (alone) CHECK(chunks_free(block, COUNT) == 0);
      uses[i](copy);
      CHECK(holds(copy, COUNT, uses[i] == write_it ? 2 : 1) && (alone || holds(block, COUNT, 1)));
    }
  }
  char *last = lazy_copy(new_block(COUNT, 1), COUNT);
  refuse_split(last, COUNT);
  CHECK(chunks_free(last, COUNT) == 0 && is_zero(chunks_alloc(COUNT), COUNT));
}

/* --- Just before a fork, a chunk can neither be protected nor made private: both make it
 * private afterwards. --- */

static void refuse_no_more(void) {
  CHECK(refuse_nothing() > 0);
}

/* Before a fork; the kernel is willing again when the library has seen to it. */
static void refuse_before_fork(unsigned kinds) {
  around_fork.before = refuse_no_more;
  refuse(kinds, 1, FOR_EVER);
}

/* The parent writes before the library has seen to the child. */
static struct turns turns;

static void await_parent(void) {
  await(turns.to_child);
}

static void test_before_fork(void) {
  skip_without_sharing();
  char *chunk = new_block(1, 1);
  refuse_before_fork(MPROTECT | MMAP);
  pid_t child = fork_or_fail();
  if (child == 0) {
    poke(chunk, peek(chunk) + 1);
    _exit(0);
  }
  CHECK(wait_status(child) == 0 && holds(chunk, 1, 1));
  poke(chunk, 7);
}

/* The kernel has unmapped it, too, and refuses to map it before the next fork. */
static void test_unmapped_before_fork(void) {
  skip_without_sharing();
  char *chunk = new_block(1, 1);
  for (int i = 0; i < 2; i++) {
    refuse_before_fork(i == 0 ? MPROTECT | MREMAP : MREMAP);
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
  around_fork.in_child = await_parent;
  refuse_before_fork(MPROTECT | MMAP);
  pid_t child = fork_or_fail();
  if (child == 0) _exit(holds(chunk, 1, 1) ? 0 : 1);
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
    {"refused_split_then_used", test_then_used, 60},
    {"refused_split_before_fork", test_before_fork, 20},
    {"refused_split_unmapped_before_fork", test_unmapped_before_fork, 20},
    {"refused_split_late_child", test_late_child, 20},
    {"refused_giving_back", test_giving_back, 20},
};

RUN_TESTS(tests)
