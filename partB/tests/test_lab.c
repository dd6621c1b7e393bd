/* The lab's own promises: the requirements of the handout (the values of eager copying,
 * no memory for what is only read, a split at every byte; test_scale.c: any number of chunks) and its four
 * extras (the last sharer does not copy, many copies of one chunk, copies of copies, freeing without a leak).
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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

static void test_zeroed(void) {
  for (int round = 0; round < 3; round++) {
    char *chunks[30];
    for (int i = 0; i < 30; i++) {
      chunks[i] = chunk_alloc();
      CHECK(chunks[i] && (uintptr_t)chunks[i] % CHUNKSIZE == 0);
      CHECK(is_zero(chunks[i], 1));
      fill(chunks[i], 1, (uint64_t)i);
    }
    for (int i = 0; i < 30; i++) CHECK(holds(chunks[i], 1, (uint64_t)i));
    for (int i = 0; i < 30; i++) CHECK(chunk_free(chunks[i]) == 0);
  }
  const size_t MANY = full_or(100, 40);
  char *block = chunks_alloc(MANY);
  CHECK(block && is_zero(block, MANY));
}

/* A split must not bring back what a recycled frame held before. */
static void test_zeroed_then_shared(void) {
  for (int round = 0; round < 50; round++) {
    char *chunk = chunk_alloc();
    char *copy = lazy_copy(chunk, 1);
    poke(copy + 100, 1);
    CHECK(is_zero(chunk, 1));
    poke(copy + 100, 0);
    CHECK(is_zero(copy, 1));
    fill(chunk, 1, 7);
    fill(copy, 1, 8);
    chunk_free(copy);
    chunk_free(chunk);
  }
}

static void copy_is_equal_and_apart(void *(*copy_chunk)(void *)) {
  char *chunk = new_block(1, 1);
  char *copy = copy_chunk(chunk);
  CHECK(copy && copy != chunk && (uintptr_t)copy % CHUNKSIZE == 0);
  CHECK(holds(copy, 1, 1) && holds(chunk, 1, 1));
  fill(chunk, 1, 2);
  CHECK(holds(copy, 1, 1) && holds(chunk, 1, 2));
  fill(copy, 1, 3);
  CHECK(holds(copy, 1, 3) && holds(chunk, 1, 2));
}

static void test_copies(void) {
  copy_is_equal_and_apart(chunk_copy_eager);
  copy_is_equal_and_apart(chunk_copy_lazy);
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

static void test_many_copies_of_one(void) {
  enum { COPIES = 1000 };
  char *chunk = new_block(1, 5), *copies[COPIES];
  for (int i = 0; i < COPIES; i++) copies[i] = lazy_copy(chunk, 1);
  if (sharing_works()) CHECK(stats().frames_in_use == 1 && stats().sharing_chunks == COPIES + 1);
  uint64_t state = 1;
  for (int writes = 0; writes < (int)full_or(300, 100); writes++) {
    size_t i = random_below(&state, COPIES);
    fill(copies[i], 1, 100 + i);
  }
  poke(chunk, ~peek(chunk));
  for (size_t i = 0; i < COPIES; i++) CHECK(holds(copies[i], 1, 100 + i) || holds(copies[i], 1, 5));
}

/* A copy of a copy of a copy ..., some of them written before they are copied. */
static void test_copies_of_copies(void) {
  enum { LENGTH = 100 };
  char *chain[LENGTH] = {new_block(1, 0)};
  uint64_t seeds[LENGTH] = {0}, state = 2;
  for (size_t i = 1; i < LENGTH; i++) {
    chain[i] = lazy_copy(chain[i - 1], 1);
    seeds[i] = seeds[i - 1];
    if (i % 3 == 0) fill(chain[i], 1, seeds[i] = i);
  }
  for (int writes = 0; writes < 500; writes++) {
    size_t i = random_below(&state, LENGTH);
    fill(chain[i], 1, seeds[i] = 1000 + random_below(&state, 1000));
    size_t other = random_below(&state, LENGTH);
    CHECK(holds(chain[other], 1, seeds[other]));
  }
  for (size_t i = 0; i < LENGTH; i++) CHECK(holds(chain[i], 1, seeds[i]));
}

static void test_free(void) {
  for (int freed_first = 0; freed_first < 3; freed_first++) {
    char *family[3] = {new_block(1, 4)};
    family[1] = lazy_copy(family[0], 1);
    family[2] = lazy_copy(family[freed_first % 2], 1);
    CHECK(chunk_free(family[freed_first]) == 0);
    char *left[2] = {family[(freed_first + 1) % 3], family[(freed_first + 2) % 3]};
    CHECK(holds(left[0], 1, 4) && holds(left[1], 1, 4));
    poke(left[0], ~peek(left[0]));
    CHECK(holds(left[1], 1, 4));
    CHECK(chunk_free(left[0]) == 0 && holds(left[1], 1, 4) && chunk_free(left[1]) == 0);
  }
  CHECK(chunk_free(NULL) == 0);
  CHECK(stats().live_chunks == 0 && stats().frames_in_use == 0);
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
    {"lab_startup", test_startup, 20},
    {"lab_implied_startup", test_implied_startup, 20},
    {"lab_zeroed", test_zeroed, 30},
    {"lab_zeroed_then_shared", test_zeroed_then_shared, 30},
    {"lab_copies", test_copies, 20},
    {"lab_write_anywhere", test_write_anywhere, 60},
    {"lab_last_sharer", test_last_sharer, 20},
    {"lab_many_copies_of_one", test_many_copies_of_one, 60},
    {"lab_copies_of_copies", test_copies_of_copies, 60},
    {"lab_free", test_free, 20},
    {"lab_no_leak", test_no_leak, 60},
};

int main(void) {
  return run_tests(tests, sizeof tests / sizeof *tests);
}
