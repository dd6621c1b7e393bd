/* chunk_make_writable: afterwards the kernel itself may write to the range, as
 * in read(2), which fails with EFAULT on memory that is shared. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "support.h"

/* Lets the kernel write length bytes 'k' to address; 0, or errno. */
static int kernel_writes(void *address, size_t length) {
  int ends[2];
  char bytes[256];
  memset(bytes, 'k', sizeof bytes);
  CHECK(length <= sizeof bytes && pipe(ends) == 0);
  CHECK(write(ends[1], bytes, length) == (ssize_t)length);
  int error = read(ends[0], address, length) == (ssize_t)length ? 0 : errno;
  close(ends[0]);
  close(ends[1]);
  return error;
}

static void test_kernel_writes(void) {
  skip_without_sharing();
  char *chunk = new_block(1, 1), *copy = lazy_copy(chunk, 1);
  CHECK(kernel_writes(chunk + 5, 10) == EFAULT);
  CHECK(kernel_writes(copy + 5, 10) == EFAULT);
  CHECK(holds(chunk, 1, 1) && holds(copy, 1, 1));
  CHECK(chunk_make_writable(copy + 5, 10) == 0);
  CHECK(kernel_writes(copy + 5, 10) == 0 && peek(copy + 14) == 'k');
  CHECK(holds(chunk, 1, 1));
  CHECK(chunk_make_writable(chunk + 60000, 1) == 0);
  CHECK(kernel_writes(chunk, 10) == 0 && peek(chunk) == 'k');
  CHECK(peek(copy) != 'k');
}

/* From the last byte of the first chunk to the first of the last. */
static void test_spans(void) {
  char *block = new_block(6, 1), *copy = lazy_copy(block, 6);
  size_t splits = stats().splits;
  CHECK(chunk_make_writable(copy + 2 * CHUNKSIZE - 1, CHUNKSIZE + 2) == 0);
  CHECK(holds(copy, 6, 1) && holds(block, 6, 1));
  CHECK(kernel_writes(copy + 2 * CHUNKSIZE - 1, 2) == 0);
  CHECK(kernel_writes(copy + 3 * CHUNKSIZE - 1, 2) == 0);
  CHECK(holds(block, 6, 1));
  if (!sharing_works()) return;
  CHECK(stats().splits == splits + 3);
  CHECK(kernel_writes(copy + CHUNKSIZE - 1, 1) == EFAULT);
  CHECK(kernel_writes(copy + 4 * CHUNKSIZE, 1) == EFAULT);
}

/* Every first byte and length around a boundary takes the chunks it touches, no more. */
static void test_exact_range(void) {
  skip_without_sharing();
  char *block = new_block(4, 1);
  static const size_t edges[] = {
      0, 1, CHUNKSIZE - 1, CHUNKSIZE, CHUNKSIZE + 1, 2 * CHUNKSIZE - 1, 2 * CHUNKSIZE};
  enum { EDGES = sizeof edges / sizeof *edges };
  for (int from = 0; from < EDGES; from++) {
    for (int to = from + 1; to < EDGES; to++) {
      char *copy = lazy_copy(block, 4);
      size_t first = edges[from], last = edges[to] - 1;
      CHECK(chunk_make_writable(copy + first, last - first + 1) == 0);
      CHECK(stats().sharing_chunks == 2 * (4 - (last / CHUNKSIZE - first / CHUNKSIZE + 1)));
      CHECK(holds(copy, 4, 1) && holds(block, 4, 1));
      chunks_free(copy, 4);
    }
  }
}

/* Later writes meet no fault: nothing is left to split. */
static void test_no_fault_after(void) {
  char *block = new_block(3, 1), *copy = lazy_copy(block, 3);
  CHECK(chunk_make_writable(copy, 3 * CHUNKSIZE) == 0);
  CHECK(chunk_make_writable(block, 3 * CHUNKSIZE) == 0);
  signal(SIGSEGV, SIG_DFL);
  fill(copy, 3, 2);
  fill(block, 3, 3);
  CHECK(holds(copy, 3, 2) && holds(block, 3, 3));
}

/* Until the chunk is copied again. */
static void test_copied_again(void) {
  skip_without_sharing();
  char *chunk = new_block(1, 1);
  CHECK(chunk_make_writable(chunk, CHUNKSIZE) == 0);
  char *copy = lazy_copy(chunk, 1);
  CHECK(kernel_writes(chunk, 1) == EFAULT);
  chunk_free(copy);
  CHECK(chunk_make_writable(chunk, 1) == 0);
  CHECK(kernel_writes(chunk, 1) == 0 && stats().splits == 0);
}

static void test_last_sharer_scattered(void) {
  char *block = new_block(8, 1), *copy = lazy_copy(block, 8);
  for (int i = 0; i < 8; i += 3) poke(copy + i * CHUNKSIZE, peek(block + i * CHUNKSIZE));
  CHECK(chunk_free(block + 4 * CHUNKSIZE) == 0);
  CHECK(chunk_make_writable(copy, 8 * CHUNKSIZE) == 0);
  for (int i = 0; i < 8; i++) CHECK(kernel_writes(copy + i * CHUNKSIZE + 77, 9) == 0);
  CHECK(holds(block, 4, 1));
}

static void test_bad_ranges(void) {
  char *block = new_block(4, 1), *copy = lazy_copy(block, 4);
  int on_stack = 0;
  void *bad[] = {NULL, &on_stack, (void *)(uintptr_t)test_bad_ranges, (void *)UINTPTR_MAX};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    errno = 0;
    CHECK(chunk_make_writable(bad[i], 1) == -1 && errno == EINVAL);
  }
  CHECK(chunk_make_writable(copy, SIZE_MAX) == -1 && errno == EINVAL);
  CHECK(chunk_make_writable(copy + 100, SIZE_MAX - (uintptr_t)copy) == -1 && errno == EINVAL);
  CHECK(chunk_free(copy + 2 * CHUNKSIZE) == 0);
  errno = 0;
  CHECK(chunk_make_writable(copy + CHUNKSIZE, CHUNKSIZE + 1) == -1 && errno == EINVAL);
  CHECK(chunk_make_writable(copy + 3 * CHUNKSIZE - 1, 2) == -1 && errno == EINVAL);
  if (sharing_works()) CHECK(stats().sharing_chunks == 6);
  errno = 4711;
  CHECK(chunk_make_writable(copy, 0) == 0 && errno == 4711);
  CHECK(holds(block, 4, 1) && holds(copy, 2, 1));
}

static const struct test tests[] = {
    {"writable_kernel_writes", test_kernel_writes, 20},
    {"writable_spans", test_spans, 20},
    {"writable_exact_range", test_exact_range, 20},
    {"writable_no_fault_after", test_no_fault_after, 20},
    {"writable_copied_again", test_copied_again, 20},
    {"writable_last_sharer_scattered", test_last_sharer_scattered, 20},
    {"writable_bad_ranges", test_bad_ranges, 20},
};

int main(void) {
  return run_tests(tests, sizeof tests / sizeof *tests);
}
