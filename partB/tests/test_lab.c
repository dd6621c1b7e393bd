/* The lab's own promises: the requirements of the handout (the values of eager copying,
 * no memory for what is only read, a split at every byte; test_scale.c: any number of chunks) and its four
 * extras (the last sharer does not copy, many copies of one chunk, copies of copies, freeing without a leak).
 */
#include <errno.h>

#include "support.h"

static void test_startup(void) {
  chunk_startup();
  struct sigaction first, later;
  sigaction(SIGSEGV, NULL, &first);
  CHECK(first.sa_flags & SA_SIGINFO);
  char *chunk = new_block(1, 1);
  for (int i = 0; i < 1000; i++) chunk_startup();
  sigaction(SIGSEGV, NULL, &later);
  CHECK(first.sa_sigaction == later.sa_sigaction);
  CHECK(holds(chunk, 1, 1));
  char *copy = lazy_copy(chunk, 1);
  poke(copy, 5);
  CHECK(holds(chunk, 1, 1));
}

/* Each function starts the library by itself. */
static void copy_without_startup(void *unused) {
  (void)unused;
  CHECK(!chunk_copy_lazy(NULL) && errno == EINVAL);
  char *chunk = new_block(1, 1);
  poke(lazy_copy(chunk, 1), 5);
  CHECK(holds(chunk, 1, 1));
}

static void stats_without_startup(void *unused) {
  (void)unused;
  CHECK(stats().live_chunks == 0);
  int on_stack = 0;
  CHECK(chunk_make_writable(&on_stack, 1) == -1 && errno == EINVAL);
  CHECK(chunk_free(&on_stack) == -1 && errno == EINVAL);
}

static void test_implied_startup(void) {
  CHECK(status_of_child(copy_without_startup, NULL) == 0);
  CHECK(status_of_child(stats_without_startup, NULL) == 0);
}

/* Also in frames that held something before, and when it is shared. */
static void test_zeroed(void) {
  for (int round = 0; round < 3; round++) {
    char *chunks[30], *copies[30];
    for (uint64_t i = 0; i < 30; i++) {
      chunks[i] = chunk_alloc();
      CHECK(chunks[i] && (uintptr_t)chunks[i] % CHUNKSIZE == 0 && is_zero(chunks[i], 1));
      copies[i] = lazy_copy(chunks[i], 1);
      poke(copies[i] + 100, 0);
      CHECK(is_zero(chunks[i], 1) && is_zero(copies[i], 1));
      fill(chunks[i], 1, i);
      fill(copies[i], 1, 100 + i);
    }
    for (uint64_t i = 0; i < 30; i++) {
      CHECK(holds(chunks[i], 1, i) && holds(copies[i], 1, 100 + i));
      CHECK(chunk_free(chunks[i]) == 0 && chunk_free(copies[i]) == 0);
    }
  }
  const size_t MANY = full_or(100, 40);
  char *block = chunks_alloc(MANY);
  CHECK(block && is_zero(block, MANY));
}

/* One write at this offset, into the original or the copy, both of them in the
 * middle of a block: the other side and the neighbours keep their contents. */
static void write_splits(char *blocks[2], int side, size_t offset) {
  blocks[1] = lazy_copy(blocks[0], 3);
  size_t at = CHUNKSIZE + offset;
  int before = peek(blocks[0] + at);
  poke(blocks[side] + at, ~before);
  CHECK(peek(blocks[side] + at) == (~before & 0xFF));
  CHECK(holds(blocks[!side], 3, 9));
  poke(blocks[side] + at, before);
  CHECK(holds(blocks[side], 3, 9));
  chunks_free(blocks[1], 3);
}

static void test_write_anywhere(void) {
  char *blocks[2] = {new_block(3, 9), NULL};
  for (size_t offset = 0; offset < CHUNKSIZE; offset += 511) write_splits(blocks, offset & 1, offset);
  for (size_t page = 0; page < CHUNKSIZE; page += 4096) {
    write_splits(blocks, 0, page);
    write_splits(blocks, 1, page);
    write_splits(blocks, 0, page + 4095);
    write_splits(blocks, 1, page + 4095);
  }
}

static void test_last_sharer(void) {
  skip_without_sharing();
  char *chunk = new_block(1, 1);
  char *copy = lazy_copy(chunk, 1);
  size_t splits = stats().splits, promotions = stats().splits_without_copy;
  poke(copy, 1);
  poke(chunk, 2);
  CHECK(stats().splits == splits + 1);
  CHECK(stats().frames_in_use == 2);
  chunk_free(copy);
  copy = lazy_copy(chunk, 1);
  chunk_free(copy);
  poke(chunk, 3);
  CHECK(stats().splits == splits + 1);
  CHECK(stats().splits_without_copy > promotions);
  CHECK(stats().frames_in_use == 1);
}

/* Copies of copies, and so on, many of them of one chunk; some are written before they are copied. */
static void test_many_copies(void) {
  enum { COPIES = 1000 };
  char *chunks[COPIES] = {new_block(1, 0)};
  uint64_t seeds[COPIES] = {0}, state = 2;
  for (size_t i = 1; i < COPIES; i++) {
    size_t source = random_below(&state, i / 50 + 1);
    chunks[i] = lazy_copy(chunks[source], 1);
    seeds[i] = seeds[source];
    if (i % 30 == 0) fill(chunks[i], 1, seeds[i] = i);
  }
  if (sharing_works()) CHECK(stats().frames_in_use == 1 + (COPIES - 1) / 30);
  for (int writes = 0; writes < (int)full_or(500, 200); writes++) {
    size_t i = random_below(&state, COPIES), other = random_below(&state, COPIES);
    fill(chunks[i], 1, seeds[i] = 1000 + random_below(&state, 1000));
    CHECK(holds(chunks[other], 1, seeds[other]));
  }
  for (size_t i = 0; i < COPIES; i++) CHECK(holds(chunks[i], 1, seeds[i]));
}

/* After both sides were written, nobody holds the frame they shared. */
static void test_no_leak(void) {
  for (size_t round = 0; round < full_or(3000, 300); round++) {
    char *chunk = chunk_alloc(), *copy = lazy_copy(chunk, 1), *third = lazy_copy(copy, 1);
    poke(chunk, 1);
    poke(copy, 2);
    poke(third, 3);
    CHECK(peek(chunk) == 1 && peek(copy) == 2 && peek(third) == 3);
    CHECK(chunk_free(chunk) == 0 && chunk_free(third) == 0 && chunk_free(copy) == 0);
  }
  struct chunk_stats end = stats();
  CHECK(end.frames_in_use == 0 && end.live_chunks == 0 && end.sharing_chunks == 0);
  CHECK(end.frames_cached <= 16 && end.bytes_saved == 0);
}

static const struct test tests[] = {
    {"lab_startup", test_startup, 20},         {"lab_implied_startup", test_implied_startup, 20},
    {"lab_zeroed", test_zeroed, 30},           {"lab_write_anywhere", test_write_anywhere, 60},
    {"lab_last_sharer", test_last_sharer, 20}, {"lab_many_copies", test_many_copies, 60},
    {"lab_no_leak", test_no_leak, 60},
};

RUN_TESTS(tests)
