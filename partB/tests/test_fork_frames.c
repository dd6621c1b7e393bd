/* After fork, two relatives never take the same frame: neither one that was free or that
 * one of them has freed, nor one that only a third still sees, who may end meanwhile. */
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "kin.h"
#include "support.h"

enum { COUNT = 8 };

/* Frees, then allocates and fills until the frames of what was freed would have
 * been used again, had they been free for this process to use. */
static void free_and_allocate(struct family family, int value) {
  CHECK(chunks_free(family.block, KINDS) == 0 && chunks_free(family.copy, 2) == 0);
  for (int i = 0; i < 40; i++) {
    char *chunk = chunk_alloc();
    CHECK(chunk && is_zero(chunk, 1));
    memset(chunk, value, CHUNKSIZE);
    char *copy = lazy_copy(chunk, 1);
    memset(copy, value + 1, CHUNKSIZE);
    CHECK(chunk[5] == (char)value);
  }
}

static void test_child_frees(void) {
  struct family family = make_family();
  pid_t child = fork_or_fail();
  if (child == 0) {
    free_and_allocate(family, 'c');
    _exit(0);
  }
  CHECK(wait_status(child) == 0);
  CHECK(is_original(family));
}

static void test_parent_frees(void) {
  struct family family = make_family();
  struct turns turns = open_turns();
  pid_t child = fork_with_turns(&turns);
  if (child == 0) {
    await(turns.to_child);
    CHECK(is_original(family));
    free_and_allocate(family, 'c');
    _exit(0);
  }
  free_and_allocate(family, 'p');
  give(turns.to_child);
  CHECK(wait_status(child) == 0);
}

/* Chunks that were free at the fork are free in both, and not the same memory. */
static void test_free_frames(void) {
  enum { MOST = 50 };
  const size_t HALF = full_or(MOST, 20);
  char *block = new_block(2 * HALF, 1), *chunks[2][MOST];
  CHECK(chunks_free(block, HALF) == 0);
  struct turns turns = open_turns();
  pid_t child = fork_with_turns(&turns);
  uint64_t seed = child == 0 ? 1000 : 2000;
  for (int round = 0; round < 2; round++) {
    for (size_t i = 0; i < HALF; i++) {
      chunks[round][i] = round ? lazy_copy(block + (HALF + i) * CHUNKSIZE, 1) : chunk_alloc();
      CHECK(chunks[round][i]);
      fill(chunks[round][i], 1, seed + i);
    }
  }
  give(child == 0 ? turns.to_parent : turns.to_child);
  await(child == 0 ? turns.to_child : turns.to_parent);
  for (size_t i = 0; i < HALF; i++)
    CHECK(holds(chunks[0][i], 1, seed + i) && holds(chunks[1][i], 1, seed + i));
  if (child == 0) _exit(0);
  CHECK(wait_status(child) == 0);
}

/* What only an elder child still sees when the younger one is born, and nobody once the
 * elder has ended, is not taken by both parent and younger child. */
static void test_sibling_ends(void) {
  enum { SEEN = 20, ALL = 1100 }; /* more than there is at first */
  static char *chunks[ALL];
  char *block = new_block(SEEN, 1);
  struct turns turns = open_turns(), others = open_turns();
  pid_t elder = fork_with_turns(&turns);
  if (elder == 0) {
    await(turns.to_child);
    _exit(0);
  }
  CHECK(chunks_free(block, SEEN) == 0);
  pid_t younger = fork_with_turns(&others);
  if (younger > 0) {
    give(turns.to_child);
    CHECK(wait_status(elder) == 0);
    give(others.to_child);
  } else {
    await(others.to_child);
  }
  int value = younger == 0 ? 1 : 2;
  for (int i = 0; i < ALL; i++) poke(chunks[i] = chunk_alloc(), value);
  give(younger == 0 ? others.to_parent : others.to_child);
  await(younger == 0 ? others.to_child : others.to_parent);
  for (int i = 0; i < ALL; i++) CHECK(peek(chunks[i]) == value);
  if (younger == 0) _exit(0);
  CHECK(wait_status(younger) == 0);
}

/* Two children of a parent that has ended: what the elder one writes, the younger one,
 * born later, does not see. */
static void test_parent_ends(void) {
  struct turns turns[2] = {open_turns(), open_turns()};
  pid_t parent = fork_or_fail();
  char *block = parent == 0 ? new_block(COUNT, 1) : NULL;
  for (int i = 0; parent == 0 && i < 2; i++) {
    if (fork_or_fail() > 0) continue;
    await(turns[i].to_child);
    CHECK(holds(block, COUNT, 1));
    rewrite_block(block, COUNT, i);
    give(turns[i].to_parent);
    _exit(0);
  }
  if (parent == 0) _exit(0);
  CHECK(wait_status(parent) == 0);
  for (int i = 0; i < 2; i++) {
    close(turns[i].to_parent[1]);
    give(turns[i].to_child);
    await(turns[i].to_parent);
  }
}

/* So that being forked takes long between the segments of two generations, by which
 * relatives are counted: private pages, and no room for the later segment above them. */
static void part_segments(void) {
  const size_t SIZE = full_or(64, 16) << 20, PAGE = (size_t)sysconf(_SC_PAGESIZE);
  const int FLAGS = MAP_PRIVATE | MAP_ANONYMOUS;
  char *pages = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, FLAGS, -1, 0), *above = pages + 1;
  CHECK(pages != MAP_FAILED);
  madvise(pages, SIZE, MADV_NOHUGEPAGE);
  for (size_t i = 0; i < SIZE; i += PAGE) pages[i] = 1;
  for (int i = 0; i < 1000 && above > pages; i++) above = mmap(NULL, PAGE, PROT_READ, FLAGS, -1, 0);
}

/* What only an elder child sees is not taken back, although the younger one has children
 * of its own while the parent looks who lives. */
static void test_younger_forks(void) {
  char *block = new_block(COUNT, 1);
  struct turns turns = open_turns();
  pid_t elder = fork_with_turns(&turns);
  if (elder == 0) {
    await(turns.to_child);
    _exit(holds(block, COUNT, 1) ? 0 : 1);
  }
  CHECK(chunks_free(block, COUNT) == 0);
  part_segments();
  pid_t younger = fork_or_fail();
  for (int i = 0; younger == 0 || i < (int)full_or(60, 15); i++) fork_once();
  kill_child(younger);
  give(turns.to_child);
  CHECK(wait_status(elder) == 0);
}

static const struct test tests[] = {
    {"fork_child_frees", test_child_frees, 20}, {"fork_parent_frees", test_parent_frees, 20},
    {"fork_free_frames", test_free_frames, 20}, {"fork_sibling_ends", test_sibling_ends, 20},
    {"fork_parent_ends", test_parent_ends, 20}, {"fork_younger_forks", test_younger_forks, 60},
};

RUN_TESTS(tests)
