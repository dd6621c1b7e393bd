/* What was freed is there for what comes next: addresses, kernel mappings and frames,
 * in whatever order the chunks were freed. */
#include "probe.h"
#include "support.h"

/* --- One by one, in several orders --- */

enum { COUNT = 50, LEFT = 7 };
enum { ASCENDING, DESCENDING, OUTWARDS, SCATTERED, ORDERS };

static size_t nth(int order, size_t i) {
  switch (order) {
    case ASCENDING:
      return i;
    case DESCENDING:
      return COUNT - 1 - i;
    case OUTWARDS:
      return i % 2 ? COUNT / 2 + i / 2 : COUNT / 2 - 1 - i / 2;
    default:
      return i * 77 % COUNT;
  }
}

/* Frees all but every LEFT-th chunk. */
static void free_singly(char *chunks, int order) {
  for (size_t i = 0; i < COUNT; i++) {
    size_t index = nth(order, i);
    if (index % LEFT != 0) CHECK(chunk_free(chunks + index * CHUNKSIZE) == 0);
  }
}

static void free_left(char *chunks) {
  for (size_t i = 0; i < COUNT; i += LEFT) CHECK(chunk_free(chunks + i * CHUNKSIZE) == 0);
}

static void free_in_all_orders(void) {
  for (int order = ASCENDING; order < ORDERS; order++) {
    char *block = new_block(COUNT, 5), *copy = lazy_copy(block, COUNT), *all = lazy_copy(block, COUNT);
    for (size_t i = 0; i < COUNT; i += 3) poke(copy + i * CHUNKSIZE, 1);
    free_singly(copy, order);
    free_singly(block, order);
    CHECK(holds(all, COUNT, 5));
    CHECK(stats().live_chunks == COUNT + 2 * ((COUNT + LEFT - 1) / LEFT));
    free_left(block);
    free_left(copy);
    CHECK(holds(all, COUNT, 5));
    CHECK(chunks_free(all, COUNT) == 0);
    CHECK(stats().live_chunks == 0 && stats().frames_in_use == 0 && stats().sharing_chunks == 0);
  }
}

/* All slots are one mapping again when they are free. */
static void test_orders(void) {
  CHECK(chunk_free(chunk_alloc()) == 0);
  struct chunk_stats empty = stats();
  size_t lines = mapping_count();
  free_in_all_orders();
  CHECK(stats().kernel_mappings <= empty.kernel_mappings);
  /* The heap of the test itself may have come; a sanitizer maps what it likes. */
  CHECK(UNDER_SANITIZER || mapping_count() <= lines + 1);
}

/* So are they if single chunks were allocated all over the place meanwhile. */
static void test_no_islands(void) {
  if (!WIDE_ADDRESSES) test_skip("little address space");
  enum { GROUP = 16, GROUPS = 2000 };
  char *all = chunks_alloc(GROUP * GROUPS), *singles[GROUPS];
  CHECK(all);
  size_t before = stats().kernel_mappings, count = 0;
  for (size_t i = GROUPS - 2; i > 0; i -= 2) {
    CHECK(chunks_free(all + i * GROUP * CHUNKSIZE, GROUP) == 0);
    CHECK((singles[count++] = chunk_alloc()));
  }
  for (size_t i = 1; i < GROUPS; i += 2) CHECK(chunks_free(all + i * GROUP * CHUNKSIZE, GROUP) == 0);
  for (size_t i = 0; i < count; i++) CHECK(chunk_free(singles[i]) == 0);
  CHECK(stats().kernel_mappings < before + 20);
}

/* --- Frames --- */

/* In whatever order a block is written, or its copy, that block's chunks move to frames beside each
 * other; whether these are new, or have been freed by another copy. */
static void test_frames_beside(void) {
  skip_without_sharing();
  enum { WRITE_COPY = 1, FREED_FRAMES = 2 };
  for (int way = 0; way <= (WRITE_COPY | FREED_FRAMES); way++) {
    char *block = new_block(COUNT, 1), *copy = lazy_copy(block, COUNT);
    if (way & FREED_FRAMES) {
      fill(copy, COUNT, 2);
      CHECK(chunks_free(copy, COUNT) == 0);
      copy = lazy_copy(block, COUNT);
    }
    size_t before = stats().kernel_mappings;
    for (size_t i = COUNT; i-- > 0;) poke((way & WRITE_COPY ? copy : block) + i * CHUNKSIZE, 3);
    CHECK(stats().kernel_mappings <= before + 8);
    CHECK(chunks_free(block, COUNT) == 0 && chunks_free(copy, COUNT) == 0);
    chunk_trim();
  }
}

static const struct test tests[] = {
    {"free_orders", test_orders, 60},
    {"free_no_islands", test_no_islands, 60},
    {"free_frames_beside", test_frames_beside, 20},
};

RUN_TESTS(tests)
