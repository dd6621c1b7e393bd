/* What a refused split leaves behind: the kernel may have unmapped the chunk when
 * it said no. chunk_make_writable then says ENOMEM, and the chunk is back, with
 * its contents, as soon as the kernel is willing and somebody uses it. */
#include <errno.h>

#include "refusal.h"
#include "support.h"

enum { COUNT = 4 };

static void refuse_split(char *chunks) {
  refuse(MREMAP, 1, FOR_EVER);
  CHECK(chunk_make_writable(chunks, COUNT * CHUNKSIZE) == -1 && errno == ENOMEM);
  CHECK(refuse_nothing() > 0);
}

static void test_then_read(void) {
  skip_without_sharing();
  char *block = new_block(COUNT, 1), *copy = lazy_copy(block, COUNT), *third = lazy_copy(block, COUNT);
  refuse_split(copy);
  CHECK(holds(copy, COUNT, 1) && holds(block, COUNT, 1) && holds(third, COUNT, 1));
}

static void test_then_write(void) {
  skip_without_sharing();
  char *block = new_block(COUNT, 1), *copy = lazy_copy(block, COUNT), *third = lazy_copy(block, COUNT);
  refuse_split(copy);
  errno = 4711;
  fill(copy, COUNT, 2);
  CHECK(errno == 4711 && holds(copy, COUNT, 2) && holds(block, COUNT, 1) && holds(third, COUNT, 1));
  CHECK(stats().frames_in_use == 2 * COUNT);
}

static void test_then_copy_and_free(void) {
  skip_without_sharing();
  char *block = new_block(COUNT, 1), *copy = lazy_copy(block, COUNT), *third = lazy_copy(block, COUNT);
  refuse_split(copy);
  char *fourth = lazy_copy(copy, COUNT);
  CHECK(holds(fourth, COUNT, 1) && chunks_free(copy, COUNT) == 0);
  fill(fourth, COUNT, 4);
  CHECK(holds(fourth, COUNT, 4) && holds(block, COUNT, 1) && holds(third, COUNT, 1));
}

static const struct test tests[] = {
    {"refused_split_then_read", test_then_read, 20},
    {"refused_split_then_write", test_then_write, 20},
    {"refused_split_then_copy_and_free", test_then_copy_and_free, 20},
};

int main(void) {
  return run_tests(tests, sizeof tests / sizeof *tests);
}
