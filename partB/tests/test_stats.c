/* The figures of chunk_get_stats are exact. */
#include "probe.h"
#include "support.h"

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

/* The library's count of its mappings is exact, whatever has happened. */
static void test_mappings_counted(void) {
  skip_without_sharing();
  chunk_startup();
  size_t others = mapping_count() - stats().kernel_mappings;
  char *block = new_block(100, 1), *copy = lazy_copy(block, 100);
  uint64_t state = 8;
  for (int writes = 0; writes < 40; writes++) {
    poke(block + random_below(&state, 100 * CHUNKSIZE), 1);
    poke(copy + random_below(&state, 100 * CHUNKSIZE), 1);
  }
  chunks_free(block + 20 * CHUNKSIZE, 5);
  CHECK(mapping_count() <= stats().kernel_mappings + others + 8);
  CHECK(mapping_count() + 8 >= stats().kernel_mappings + others);
}

/* What is taken and given back, however large, leaves no trace in the count. */
static void test_mappings_given_back(void) {
  if (!WIDE_ADDRESSES) test_skip("little address space");
  skip_without_sharing();
  char *keep = chunks_alloc(1024);
  size_t before = 0;
  for (int round = 0; round < 50; round++) {
    char *block = chunks_alloc(8400), *single = chunk_alloc();
    CHECK(keep && chunks_free(block, 8400) == 0);
    CHECK(chunk_free(chunk_alloc()) == 0 && chunk_free(single) == 0);
    if (round == 0) before = stats().kernel_mappings;
    CHECK(stats().kernel_mappings == before);
  }
}

static const struct test tests[] = {
    {"api_stats", test_stats, 20},
    {"api_mappings_counted", test_mappings_counted, 20},
    {"api_mappings_given_back", test_mappings_given_back, 20},
};

int main(void) {
  return run_tests(tests, sizeof tests / sizeof *tests);
}
