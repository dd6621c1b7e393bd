/* The functions of lazycopy.h one by one: bad input of every kind, and the figures. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../measure/maps.h"
#include "probe.h"
#include "support.h"

/* Does a call fail, and say why? */
#define REFUSED(fails, error) (errno = 0, (fails) && errno == (error))

/* No call accepts this pointer. */
static void check_refused(void *bad, size_t count) {
  CHECK(REFUSED(!chunks_copy_eager(bad, count), EINVAL));
  CHECK(REFUSED(!chunks_copy_lazy(bad, count), EINVAL));
  CHECK(REFUSED(!chunks_snapshot(bad, count), EINVAL));
  CHECK(REFUSED(chunks_free(bad, count) == -1, EINVAL));
}

static void check_no_chunk(void *bad) {
  check_refused(bad, 1);
  check_refused(bad, 2);
  CHECK(REFUSED(!chunk_copy_eager(bad), EINVAL));
  CHECK(REFUSED(!chunk_copy_lazy(bad), EINVAL));
  CHECK(REFUSED(chunk_free(bad) == -1, EINVAL));
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
  CHECK(REFUSED(!chunk_copy_lazy(NULL), EINVAL) && REFUSED(!chunks_copy_eager(NULL, 7), EINVAL));
  CHECK(chunk_free(NULL) == 0 && chunks_free(NULL, 7) == 0);
  CHECK(holds(block, 4, 1) && stats().live_chunks == 4);
  free(on_heap);
}

static void test_bad_counts(void) {
  char *block = new_block(3, 1);
  check_refused(block, 0);
  check_refused(NULL, 0);
  CHECK(REFUSED(!chunks_alloc(0), EINVAL));
  size_t too_many = WIDE_ADDRESSES ? SIZE_MAX >> 31 : SIZE_MAX >> 15; /* twice what any address space holds */
  for (size_t huge = SIZE_MAX; huge >= too_many; huge /= 2) {
    CHECK(REFUSED(!chunks_alloc(huge), ENOMEM));
    CHECK(REFUSED(!chunks_alloc(huge / 2 + 1), ENOMEM));
    check_refused(block, huge);
    check_refused(block, huge / 2 + 1);
  }
  check_refused(block, 4);
  CHECK(holds(block, 3, 1) && stats().live_chunks == 3);
}

/* No call accepts these bytes. */
static void check_bytes_refused(void *bytes, size_t length) {
  CHECK(REFUSED(chunk_make_writable(bytes, length) == -1, EINVAL));
  CHECK(REFUSED(chunk_make_readable(bytes, length) == -1, EINVAL));
  CHECK(REFUSED(chunk_pin(bytes, length) == -1, EINVAL));
}

/* Ranges of bytes that end before they begin, or a little behind the block, or in a chunk that is free. */
static void test_bad_bytes(void) {
  char *block = new_block(5, 1);
  int on_stack = 0;
  void *bad[] = {NULL, &on_stack, (void *)(uintptr_t)test_bad_bytes, (void *)UINTPTR_MAX};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) check_bytes_refused(bad[i], 1);
  CHECK(chunk_make_writable(&on_stack, 0) == 0 && chunk_make_readable(NULL, 0) == 0);
  CHECK(chunk_free(block + 3 * CHUNKSIZE) == 0);
  check_bytes_refused(block + 2 * CHUNKSIZE + 1, 2 * CHUNKSIZE);
  check_bytes_refused(block + 4 * CHUNKSIZE - 1, 2);
  for (size_t at = 0; at < 3 * CHUNKSIZE; at += CHUNKSIZE - 1) {
    size_t rest = 3 * CHUNKSIZE - at;
    size_t lengths[] = {rest + 1,          rest + CHUNKSIZE,
                        SIZE_MAX - at,     SIZE_MAX - CHUNKSIZE,
                        SIZE_MAX - 10,     SIZE_MAX,
                        SIZE_MAX / 2,      SIZE_MAX - (uintptr_t)block,
                        -(uintptr_t)block, -(uintptr_t)(block + at),
                        1 + SIZE_MAX / 2};
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) check_bytes_refused(block + at, lengths[i]);
    CHECK(chunk_make_writable(block + at, rest) == 0);
  }
  CHECK(holds(block, 3, 1) && stats().live_chunks == 4);
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

/* The figures of chunk_get_stats are exact. */
static void test_stats(void) {
  skip_without_sharing();
  struct chunk_stats before = stats();
  char *block = new_block(10, 1), *copy = lazy_copy(block, 10), *third = lazy_copy(copy, 10);
  struct chunk_stats now = stats();
  CHECK(now.live_chunks == 30 && now.sharing_chunks == 30 && now.frames_in_use == 10);
  CHECK(now.bytes_saved == 20 * CHUNKSIZE && now.splits == before.splits);
  CHECK(now.eager_fallbacks == before.eager_fallbacks && now.kernel_mappings > 0);
  poke(copy, 1);
  now = stats();
  CHECK(now.sharing_chunks == 29 && now.frames_in_use == 11 && now.splits == before.splits + 1);
  CHECK(now.bytes_saved == 19 * CHUNKSIZE);
  CHECK(chunks_free(third, 10) == 0 && chunks_free(copy, 10) == 0);
  now = stats();
  CHECK(now.live_chunks == 10 && now.sharing_chunks == 0 && now.frames_in_use == 10);
  CHECK(now.bytes_saved == 0);
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
    {"api_bad_bytes", test_bad_bytes, 20},
    {"api_double_free", test_double_free, 20},
    {"api_stats", test_stats, 20},
    {"api_unused", test_unused, 20},
};

RUN_TESTS(tests)
