/* After fork, chunks are private to each process, as malloc's memory is: in the
 * parent, the child and the grandchild, shared or not, whoever writes, copies or
 * ends first. */
#include <string.h>
#include <unistd.h>

#include "kin.h"
#include "probe.h"
#include "support.h"

/* More generations than a span of addresses that is doubled by each has room for. */
enum { COUNT = 8, GENERATIONS = WIDE_ADDRESSES ? 19 : 12 };

static void test_parent_writes(void) {
  struct family family = make_family();
  struct turns turns = open_turns();
  pid_t child = fork_with_turns(&turns);
  if (child == 0) {
    await(turns.to_child);
    CHECK(is_original(family));
    rewrite(family, 'c');
    give(turns.to_parent);
    await(turns.to_child);
    CHECK(is_rewritten(family, 'c'));
    _exit(0);
  }
  rewrite(family, 'p');
  give(turns.to_child);
  await(turns.to_parent);
  CHECK(is_rewritten(family, 'p'));
  rewrite(family, 'q');
  give(turns.to_child);
  CHECK(wait_status(child) == 0);
  CHECK(is_rewritten(family, 'q'));
}

static void check_room_for_blocks(int value) {
  char *block = chunks_alloc(COUNT);
  CHECK(block);
  poke(block, value);
  char *copy = lazy_copy(block, COUNT);
  CHECK(!sharing_works() || stats().eager_fallbacks == 0);
  CHECK(peek(copy) == value);
  CHECK(chunks_free(block, COUNT) == 0 && chunks_free(copy, COUNT) == 0);
}

/* Each generation writes, forks, and checks that its children changed nothing. While
 * all of them live, there is room for blocks in every one, if addresses are wide. */
static void check_generation(struct family family, int depth) {
  rewrite(family, depth);
  if (WIDE_ADDRESSES) check_room_for_blocks(depth);
  pid_t child = fork_or_fail();
  if (child == 0) {
    CHECK(is_rewritten(family, depth));
    if (depth < GENERATIONS) check_generation(family, depth + 1);
    _exit(0);
  }
  if (depth % 2) rewrite(family, 100 + depth);
  CHECK(wait_status(child) == 0);
  CHECK(is_rewritten(family, depth % 2 ? 100 + depth : depth));
}

static void test_generations(void) {
  check_generation(make_family(), 1);
}

/* Lazy copies of inherited chunks, on both sides, and their first writes. */
static void test_copies_after(void) {
  struct family family = make_family();
  pid_t child = fork_or_fail();
  int value = child == 0 ? 'c' : 'p';
  char *copy = lazy_copy(family.block, KINDS), *second = lazy_copy(copy, KINDS);
  memset(copy, value, KINDS * CHUNKSIZE);
  CHECK(is_original(family) && holds(second, KINDS, 1));
  CHECK(chunk_make_writable(second, KINDS * CHUNKSIZE) == 0);
  rewrite(family, value);
  CHECK(is_rewritten(family, value) && holds(second, KINDS, 1) && copy[77] == (char)value);
  memset(second, 'z', KINDS * CHUNKSIZE);
  CHECK(is_rewritten(family, value) && copy[77] == (char)value);
  if (child == 0) _exit(0);
  CHECK(wait_status(child) == 0);
  CHECK(is_rewritten(family, value) && copy[77] == (char)value && second[77] == 'z');
}

/* --- When relatives have ended --- */

/* What only they could see is written in place, and no copy is made for it. */
static void test_written_in_place(void) {
  skip_without_sharing();
  char *block = new_block(COUNT, 1);
  struct chunk_stats before = stats();
  fork_once();
  fill(block, COUNT, 2);
  struct chunk_stats after = stats();
  CHECK(after.splits == before.splits && after.splits_without_copy == before.splits_without_copy + COUNT);
}

/* What was freed meanwhile is given back, or used again, although others still live. */
static void test_room_of_the_dead(void) {
  skip_without_sharing();
  skip_under_sanitizer();
  enum { MOST = 900 }; /* of the chunks that there are at first */
  const long HALF_KIB = MOST * sysconf(_SC_PAGESIZE) / 2048;
  char *block = chunks_alloc(MOST);
  for (size_t i = 0; i < MOST; i++) poke(block + i * CHUNKSIZE, 1);
  long memory = memory_kib();
  pid_t elder = fork_or_fail();
  if (elder == 0) pause();
  CHECK(chunks_free(block, MOST) == 0);
  struct turns turns = open_turns();
  pid_t younger = fork_with_turns(&turns);
  if (younger == 0) {
    give(turns.to_parent); /* it has left the elder's generation */
    pause();
  }
  await(turns.to_parent);
  kill_child(elder);
  CHECK((block = chunks_alloc(MOST)));
  for (size_t i = 0; i < MOST; i++) poke(block + i * CHUNKSIZE, 1);
  CHECK(memory_kib() - memory < HALF_KIB);
  kill_child(younger);
  younger = fork_or_fail();
  if (younger == 0) pause();
  CHECK(chunks_free(block, MOST) == 0 && memory_kib() - memory > -HALF_KIB);
  kill_child(younger);
  stats(); /* any call */
  CHECK(memory_kib() - memory < -HALF_KIB);
}

static const struct test tests[] = {
    {"fork_parent_writes", test_parent_writes, 20},
    {"fork_generations", test_generations, 60},
    {"fork_copies_after", test_copies_after, 20},
    {"fork_written_in_place", test_written_in_place, 20},
    {"fork_room_of_the_dead", test_room_of_the_dead, 20},
};

RUN_TESTS(tests)
