/* Refusals that have done a half: mprotect has changed the first of its mappings, and another thread
 * goes on writing meanwhile. Whatever was written stays, and plain writes go on. */
#include <pthread.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <unistd.h>

#include "check.h"
#include "kin.h"
#include "probe.h"
#include "refusal.h"
#include "support.h"

enum { COUNT = 12, MANY = 40, NOTHING_REFUSED = 9 };

/* --- Protection --- */

/* Consists of several mappings: the middle has been copied and written. */
static char *block_in_pieces(uint64_t seed) {
  char *block = new_block(COUNT, seed);
  lazy_copy(block + 4 * CHUNKSIZE, 2);
  fill(block, COUNT, seed);
  return block;
}

static void write_all(char *block, size_t count, int value) {
  for (size_t i = 0; i < count; i++) {
    poke(block + i * CHUNKSIZE, value);
    CHECK(peek(block + i * CHUNKSIZE) == value);
  }
}

static void copy_it(char *block) {
  chunks_copy_lazy(block, COUNT - 3);
}

static void fork_with_it(char *block) {
  pid_t child = fork_or_fail();
  if (child == 0) {
    refuse_nothing();
    if (!holds(block, COUNT, 1)) _exit(1);
    write_all(block, COUNT, 7);
    _exit(0);
  }
  CHECK(wait_status(child) == 0);
}

/* From each call on so many are refused, until there is no such call. */
static void refuse_protection(void (*act)(char *), unsigned kinds) {
  for (long in_a_row = 1; in_a_row <= 16; in_a_row *= 2) {
    long refused = 1;
    for (long first = 1; refused > 0; first++) {
      char *block = block_in_pieces(1);
      refuse(kinds | HALF_DONE, first, in_a_row);
      act(block);
      refused = refuse_nothing();
      CHECK(holds(block, COUNT, 1));
      write_all(block, COUNT, (int)first);
      CHECK(lazycopy_is_valid(1) && lazycopy_matches_kernel());
      CHECK(chunks_free(block, COUNT) == 0);
    }
  }
}

static void test_protection(void) {
  refuse_protection(copy_it, MPROTECT);
  refuse_protection(copy_it, MPROTECT | MREMAP | MMAP);
}

static void test_protection_before_fork(void) {
  refuse_protection(fork_with_it, MPROTECT);
  refuse_protection(fork_with_it, MPROTECT | MREMAP);
}

/* Takes all room for a page above the chunk: the kernel prefers the highest. */
static void take_room_above(const char *chunk) {
  size_t page = (size_t)sysconf(_SC_PAGESIZE);
  char *place;
  do {
    place = mmap(NULL, page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(place != MAP_FAILED);
  } while (place > chunk);
}

/* What a fork maps for itself must not lie in a hole that could not be closed. */
static void test_hole_before_fork(void) {
  skip_without_sharing();
  take_room_above(chunk_alloc());
  for (long in_a_row = 1; in_a_row <= 16; in_a_row *= 2) {
    long refused = 1;
    for (long first = 1; refused > 0; first++) {
      char *block = new_block(1, 1), *snapshot = chunk_snapshot(block);
      refuse(MREMAP | MMAP, first, in_a_row);
      chunk_make_readable(snapshot, 1);
      fork_once();
      refused = refuse_nothing();
      CHECK(holds(snapshot, 1, 1) && lazycopy_is_valid(1) && lazycopy_matches_kernel());
      CHECK(chunk_free(block) == 0 && chunk_free(snapshot) == 0);
    }
  }
}

/* Nor must what a restore maps for a while. */
static void test_hole_before_restore(void) {
  skip_without_sharing();
  take_room_above(chunk_alloc());
  for (long in_a_row = 1; in_a_row <= 16; in_a_row++) {
    long refused = 1;
    for (long first = 1; refused > 0; first++) {
      char *old = new_block(1, 1), *new = new_block(1, 2);
      char *snapshot = chunk_snapshot(new), *target = chunk_snapshot(old); /* not to wake together */
      refuse(MREMAP | MMAP, first, in_a_row);
      chunk_make_readable(target, 1);
      int result = chunk_restore(target, snapshot);
      refused = refuse_nothing();
      CHECK(holds(target, 1, result == 0 ? 2 : 1) && holds(snapshot, 1, 2));
      CHECK(lazycopy_is_valid(1) && lazycopy_matches_kernel());
      CHECK(chunk_free(old) == 0 && chunk_free(new) == 0);
      CHECK(chunk_free(target) == 0 && chunk_free(snapshot) == 0);
    }
  }
}

/* --- Writes of another thread, while a chunk that could not be protected is made private --- */

static char *written;
static int value;

static void *write_it(void *unused) {
  poke(written, value);
  poke(written + CHUNKSIZE - 1, value);
  return unused;
}

static void write_in_another_thread(void) {
  pthread_t writer;
  CHECK(pthread_create(&writer, NULL, write_it, NULL) == 0 && pthread_join(writer, NULL) == 0);
}

static void test_write_while_made_private(void) {
  skip_without_sharing();
  written = new_block(1, 1);
  int ran = 1;
  for (long number = 1; ran; number++) {
    value = (int)number;
    refuse(MPROTECT, 1, FOR_EVER);
    meanwhile(MREMAP | MMAP | MPROTECT, number, write_in_another_thread);
    fork_once();
    ran = meanwhile_ran();
    refuse_nothing();
    CHECK(!ran || (peek(written) == value && peek(written + CHUNKSIZE - 1) == value));
    CHECK(chunk_free(lazy_copy(written, 1)) == 0 && chunk_make_writable(written, 1) == 0);
  }
}

/* --- Forks while a large block is cleared: they make it private if they must --- */

static atomic_int is_cleared;

static void *fork_until_cleared(void *unused) {
  do fork_once();
  while (!is_cleared);
  return unused;
}

static void test_cleared_while_forking(void) {
  enum { LARGE = 600 };
  skip_without_sharing();
  char *block = new_block(LARGE, 1), *copy = lazy_copy(block, LARGE);
  for (size_t i = 0; i < LARGE; i++) poke(copy + i * CHUNKSIZE, 1);
  CHECK(chunks_free(copy, LARGE) == 0 && stats().frames_cached == LARGE);
  refuse(MPROTECT, 1, FOR_EVER);
  pthread_t forker;
  CHECK(pthread_create(&forker, NULL, fork_until_cleared, NULL) == 0);
  char *cleared = chunks_alloc(LARGE);
  is_cleared = 1;
  CHECK(pthread_join(forker, NULL) == 0);
  refuse_nothing();
  CHECK(cleared && is_block_of(cleared, LARGE, 0) && holds(block, LARGE, 1));
}

/* --- Refusals that must not be taken for more than they are --- */

/* One at the start does not decide how many chunks there may be ever after. */
static void start_refused(void *argument) {
  const long *number = argument;
  refuse(MREMAP | MMAP | MPROTECT | MADVISE, *number, 1);
  chunk_free(chunk_alloc());
  if (refuse_nothing() == 0) _exit(NOTHING_REFUSED);
  CHECK(chunks_alloc((size_t)1 << 17));
}

static void test_refused_at_start(void) {
  if (!WIDE_ADDRESSES) test_skip("little address space");
  skip_under_sanitizer();
  if (!sharing_would_work()) test_skip("lazy copies are eager here");
  long number = 0;
  int status = 0;
  while (status != NOTHING_REFUSED) {
    number++;
    status = status_of_child(start_refused, &number);
    CHECK(status == 0 || status == NOTHING_REFUSED);
  }
}

/* Where memory is short, no more of it is asked for to spare mappings. */
static void test_short_of_memory(void) {
  skip_without_sharing();
  char *block = new_block(MANY, 1), *copy = lazy_copy(block, MANY);
  for (size_t i = 0; i < MANY; i += 4) poke(copy + i * CHUNKSIZE, 1);
  for (long first = 1; first <= 3; first++) {
    size_t before = stats().frames_in_use;
    refuse(MADVISE, 1, first);
    int result = chunk_make_writable(copy + (size_t)(first * 4 + 2) * CHUNKSIZE, 1);
    refuse_nothing();
    CHECK(stats().frames_in_use == before + (result == 0));
  }
  CHECK(holds(block, MANY, 1));
}

/* Memory that could not be given back when its chunk was freed goes when there is a trim. */
static void test_given_back_later(void) {
  skip_without_sharing();
  skip_under_sanitizer();
  const long kib = MANY * CHUNKSIZE / 1024, before = memory_kib();
  char *block = new_block(MANY, 1);
  for (size_t i = 0; i < MANY; i++) {
    refuse(MADVISE, 1, 2);
    CHECK(chunk_free(block + i * CHUNKSIZE) == 0 && refuse_nothing() == 2);
  }
  CHECK(memory_kib() > before + kib / 2);
  chunk_trim();
  CHECK(memory_kib() < before + kib / 2 && lazycopy_is_valid(1));
}

/* What is asleep is copied, and restored from, without waking it: mappings may be short. */
static void test_asleep_without_mappings(void) {
  skip_without_sharing();
  char *block = new_block(4, 1), *snapshot = chunks_snapshot(block, 4), *pinned = new_block(4, 2);
  CHECK(snapshot && chunk_pin(pinned, 4 * CHUNKSIZE) == 0);
  fill(block, 4, 3);
  refuse(MREMAP | MPROTECT, 2, FOR_EVER); /* the first one opens the copy */
  char *copy = chunks_copy_eager(snapshot, 4);
  CHECK(chunks_restore(pinned, snapshot, 4) == 0);
  CHECK(refuse_nothing() == 0);
  CHECK(copy && holds(copy, 4, 1) && holds(pinned, 4, 1) && holds(snapshot, 4, 1) && holds(block, 4, 3));
}

static const struct test tests[] = {
    {"half_done_asleep_without_mappings", test_asleep_without_mappings, 20},
    {"half_done_protection", test_protection, 60},
    {"half_done_protection_before_fork", test_protection_before_fork, 60},
    {"half_done_hole_before_fork", test_hole_before_fork, 60},
    {"half_done_hole_before_restore", test_hole_before_restore, 60},
    {"half_done_write_while_made_private", test_write_while_made_private, 60},
    {"half_done_cleared_while_forking", test_cleared_while_forking, 60},
    {"half_done_at_start", test_refused_at_start, 60},
    {"half_done_short_of_memory", test_short_of_memory, 60},
    {"half_done_given_back_later", test_given_back_later, 20},
};

RUN_TESTS(tests)
