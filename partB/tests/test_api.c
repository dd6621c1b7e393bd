/* The functions of lazycopy.h one by one: bad input of every kind, errno, and ranges
 * that cross blocks and frames. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../measure/maps.h"
#include "probe.h"
#include "support.h"

/* No call accepts this pointer, and each says EINVAL. */
static void check_refused(void *bad, size_t count) {
  errno = 0;
  CHECK(!chunks_copy_eager(bad, count) && errno == EINVAL);
  errno = 0;
  CHECK(!chunks_copy_lazy(bad, count) && errno == EINVAL);
  errno = 0;
  CHECK(chunks_free(bad, count) == -1 && errno == EINVAL);
}

static void check_no_chunk(void *bad) {
  check_refused(bad, 1);
  check_refused(bad, 2);
  errno = 0;
  CHECK(!chunk_copy_eager(bad) && errno == EINVAL);
  errno = 0;
  CHECK(!chunk_copy_lazy(bad) && errno == EINVAL);
  errno = 0;
  CHECK(chunk_free(bad) == -1 && errno == EINVAL);
}

static void test_bad_pointers(void) {
  int on_stack = 0;
  static int in_data;
  char *on_heap = malloc(3 * CHUNKSIZE), *block = new_block(4, 1), *freed = new_block(1, 2);
  CHECK(on_heap && chunk_free(freed) == 0);
  char *heap_aligned = (char *)(((uintptr_t)on_heap + CHUNKSIZE) & ~(uintptr_t)(CHUNKSIZE - 1));
  void *bad[] = {&on_stack,
                 &in_data,
                 on_heap,
                 heap_aligned,
                 freed,
                 block + 1,
                 block + 8,
                 block + 4096,
                 block + CHUNKSIZE - 1,
                 block + CHUNKSIZE + CHUNKSIZE / 2,
                 (void *)(uintptr_t)test_bad_pointers,
                 (void *)(uintptr_t)1,
                 (void *)(uintptr_t)CHUNKSIZE,
                 (void *)(UINTPTR_MAX - CHUNKSIZE + 1),
                 (void *)UINTPTR_MAX,
                 (void *)(UINTPTR_MAX / 2 + 1)};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) check_no_chunk(bad[i]);
  CHECK(!chunk_copy_lazy(NULL) && errno == EINVAL);
  CHECK(!chunk_copy_eager(NULL) && errno == EINVAL);
  CHECK(!chunks_copy_lazy(NULL, 7) && errno == EINVAL);
  CHECK(chunk_free(NULL) == 0 && chunks_free(NULL, 7) == 0);
  CHECK(holds(block, 4, 1) && stats().live_chunks == 4);
  free(on_heap);
}

static void test_bad_counts(void) {
  char *block = new_block(3, 1);
  check_refused(block, 0);
  check_refused(NULL, 0);
  errno = 0;
  CHECK(!chunks_alloc(0) && errno == EINVAL);
  size_t too_many = WIDE_ADDRESSES ? SIZE_MAX >> 31 : SIZE_MAX >> 15; /* twice what any address space holds */
  for (size_t huge = SIZE_MAX; huge >= too_many; huge /= 2) {
    errno = 0;
    CHECK(!chunks_alloc(huge) && errno == ENOMEM);
    errno = 0;
    CHECK(!chunks_alloc(huge / 2 + 1) && errno == ENOMEM);
    check_refused(block, huge);
    check_refused(block, huge / 2 + 1);
  }
  check_refused(block, 4);
  CHECK(holds(block, 3, 1) && stats().live_chunks == 3);
}

/* Ranges of bytes that end before they begin, or a little behind the block. */
static void test_lengths_that_wrap(void) {
  char *block = new_block(3, 1);
  for (size_t at = 0; at < 3 * CHUNKSIZE; at += CHUNKSIZE - 1) {
    size_t rest = 3 * CHUNKSIZE - at;
    size_t lengths[] = {rest + 1,          rest + CHUNKSIZE,
                        SIZE_MAX - at,     SIZE_MAX - CHUNKSIZE,
                        SIZE_MAX - 10,     SIZE_MAX,
                        SIZE_MAX / 2,      SIZE_MAX - (uintptr_t)block,
                        -(uintptr_t)block, -(uintptr_t)(block + at),
                        1 + SIZE_MAX / 2};
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
      errno = 0;
      CHECK(chunk_make_writable(block + at, lengths[i]) == -1 && errno == EINVAL);
    }
    CHECK(chunk_make_writable(block + at, rest) == 0);
  }
}

static void test_double_free(void) {
  char *block = new_block(5, 1), *copy = lazy_copy(block, 5);
  CHECK(chunk_free(block + 2 * CHUNKSIZE) == 0);
  check_no_chunk(block + 2 * CHUNKSIZE);
  check_refused(block, 5);
  check_refused(block + CHUNKSIZE, 2);
  CHECK(stats().live_chunks == 9);
  CHECK(chunks_free(block, 2) == 0 && chunks_free(block + 3 * CHUNKSIZE, 2) == 0);
  check_refused(block, 1);
  CHECK(holds(copy, 5, 1) && chunks_free(copy, 5) == 0);
  check_refused(copy, 5);
  CHECK(stats().live_chunks == 0);
}

/* What succeeds leaves errno as it was. */
static void test_errno_untouched(void) {
  errno = 4711;
  chunk_startup();
  char *chunk = chunk_alloc(), *block = chunks_alloc(50);
  char *lazy = chunk_copy_lazy(chunk), *eager = chunk_copy_eager(lazy);
  char *lazy_block = chunks_copy_lazy(block + CHUNKSIZE, 7), *eager_block = chunks_copy_eager(block, 50);
  CHECK(errno == 4711 && chunk && block && lazy && eager && lazy_block && eager_block);
  poke(chunk, 1);
  poke(lazy, 1);
  for (int i = 0; i < 7; i++) poke(lazy_block + i * CHUNKSIZE, 1);
  CHECK(chunk_make_writable(block, 50 * CHUNKSIZE) == 0);
  stats();
  CHECK(errno == 4711);
  CHECK(chunk_free(NULL) == 0 && chunk_free(chunk) == 0 && chunk_free(lazy) == 0);
  CHECK(chunks_free(block, 50) == 0 && chunks_free(eager_block, 50) == 0);
  CHECK(errno == 4711);
}

static void test_parts_of_blocks(void) {
  char *block = new_block(10, 1);
  char *part = lazy_copy(block + 3 * CHUNKSIZE, 4);
  char *eager = chunks_copy_eager(block + 3 * CHUNKSIZE, 4);
  CHECK(eager && memcmp(part, block + 3 * CHUNKSIZE, 4 * CHUNKSIZE) == 0);
  CHECK(memcmp(part, eager, 4 * CHUNKSIZE) == 0);
  if (sharing_works()) CHECK(stats().sharing_chunks == 8);
  poke(block + 4 * CHUNKSIZE + 17, ~peek(block + 4 * CHUNKSIZE + 17));
  CHECK(memcmp(part, eager, 4 * CHUNKSIZE) == 0);
  CHECK(chunks_free(block + 2 * CHUNKSIZE, 3) == 0);
  CHECK(memcmp(part, eager, 4 * CHUNKSIZE) == 0);
  CHECK(chunks_free(part + 1 * CHUNKSIZE, 2) == 0);
  CHECK(memcmp(part + 3 * CHUNKSIZE, eager + 3 * CHUNKSIZE, CHUNKSIZE) == 0);
}

/* A view that holds frames A F C D must not be copied as A B C D. */
static void test_scattered(void) {
  enum { COUNT = 64 };
  char *block = new_block(COUNT, 1), *plain = malloc((size_t)COUNT * CHUNKSIZE);
  CHECK(plain);
  memcpy(plain, block, (size_t)COUNT * CHUNKSIZE);
  uint64_t state = 5;
  for (int generation = 0; generation < (int)full_or(15, 9); generation++) {
    char *copy = lazy_copy(block, COUNT), *target = generation % 2 ? copy : block;
    for (int writes = 0; writes < 20; writes++) {
      size_t at = random_below(&state, (size_t)COUNT * CHUNKSIZE);
      poke(target + at, writes);
      plain[at] = (char)writes;
    }
    CHECK(memcmp(target, plain, (size_t)COUNT * CHUNKSIZE) == 0);
    char *again = lazy_copy(target, COUNT), *part = lazy_copy(again + 7 * CHUNKSIZE, 20);
    CHECK(memcmp(again, plain, (size_t)COUNT * CHUNKSIZE) == 0);
    CHECK(memcmp(part, plain + 7 * CHUNKSIZE, 20 * CHUNKSIZE) == 0);
    CHECK(chunks_free(part, 20) == 0 && chunks_free(generation % 2 ? block : copy, COUNT) == 0);
    block = target;
    if (generation % 3 == 0) CHECK(chunks_free(again, COUNT) == 0);
  }
  free(plain);
}

/* A program that links the library and makes no chunk notices nothing. */
static void test_unused(void) {
  struct sigaction action;
  sigaction(SIGSEGV, NULL, &action);
  CHECK(UNDER_SANITIZER || action.sa_handler == SIG_DFL);
  CHECK(UNDER_THREAD_SANITIZER || proc_kib("/proc/self/status", "Threads:") == 1);
  struct mapping mapping;
  FILE *maps = maps_open();
  while (maps_next(maps, &mapping)) CHECK(!strstr(mapping.name, "/dev/zero"));
}

static const struct test tests[] = {
    {"api_bad_pointers", test_bad_pointers, 20},
    {"api_bad_counts", test_bad_counts, 20},
    {"api_lengths_that_wrap", test_lengths_that_wrap, 20},
    {"api_double_free", test_double_free, 20},
    {"api_errno_untouched", test_errno_untouched, 20},
    {"api_parts_of_blocks", test_parts_of_blocks, 20},
    {"api_scattered", test_scattered, 60},
    {"api_unused", test_unused, 20},
};

int main(void) {
  return run_tests(tests, sizeof tests / sizeof *tests);
}
