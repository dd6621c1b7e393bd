/* Many chunks, many copies, many writes: beyond what one kernel mapping for each
 * chunk would allow, with every value right and the number of mappings under
 * the limit. Scaled down where there is little memory or address space. */
#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "probe.h"
#include "support.h"

/* The first word of each chunk says which chunk it is; a write replaces it. */
static void number_chunks(char *block, size_t count) {
  for (size_t i = 0; i < count; i++) *(volatile size_t *)(block + i * CHUNKSIZE) = i;
}

static size_t word(const char *chunk) {
  return *(const volatile size_t *)chunk;
}

static void write_word(char *chunk, size_t value) {
  *(volatile size_t *)chunk = value;
}

/* The rest of the program needs mappings, too. */
static void check_room_for_others(void) {
  CHECK(mapping_count() + 500 < mapping_limit());
  size_t page = (size_t)sysconf(_SC_PAGESIZE);
  char *pages[200];
  for (int i = 0; i < 200; i++) {
    pages[i] = mmap(NULL, page, i % 2 ? PROT_READ : PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(pages[i] != MAP_FAILED);
  }
  for (int i = 0; i < 200; i++) munmap(pages[i], page);
}

/* --- Copies of a big block, and writes all over them --- */

enum { BIG_COPIES = 64 };

struct written {
  char *chunk;
  size_t value;
};

/* Writes to random chunks of random copies, and remembers where. */
static void write_at_random(char **blocks, size_t count, struct written *written, size_t writes) {
  uint64_t state = 11;
  for (size_t i = 0; i < writes; i++) {
    size_t copy = random_below(&state, BIG_COPIES + 1), chunk = random_below(&state, count);
    written[i] = (struct written){blocks[copy] + chunk * CHUNKSIZE, (copy + 1) << 20 | chunk};
    write_word(written[i].chunk, written[i].value);
  }
}

/* Those written have their value, the others still their number. */
static void check_random_writes(char **blocks, size_t count, struct written *written, size_t writes) {
  for (size_t i = 0; i < writes; i++) CHECK(word(written[i].chunk) == written[i].value);
  uint64_t state = 12;
  for (size_t i = 0; i < full_or(100000, 1000); i++) {
    size_t copy = random_below(&state, BIG_COPIES + 1), chunk = random_below(&state, count);
    size_t value = word(blocks[copy] + chunk * CHUNKSIZE);
    CHECK(value == chunk || value == ((copy + 1) << 20 | chunk));
  }
}

static void copy_big_block(size_t count, size_t writes) {
  char *blocks[BIG_COPIES + 1] = {chunks_alloc(count)};
  struct written *written = calloc(writes, sizeof *written);
  CHECK(blocks[0] && written);
  number_chunks(blocks[0], count);
  for (size_t i = 1; i <= BIG_COPIES; i++) blocks[i] = lazy_copy(blocks[i - 1], count);
  CHECK(stats().live_chunks == (BIG_COPIES + 1) * count && mapping_count() < 1000);
  CHECK(stats().frames_in_use == count && stats().eager_fallbacks == 0);
  write_at_random(blocks, count, written, writes);
  check_room_for_others();
  check_random_writes(blocks, count, written, writes);
  for (size_t i = 0; i <= BIG_COPIES; i++) CHECK(chunks_free(blocks[i], count) == 0);
  CHECK(stats().live_chunks == 0 && stats().frames_in_use == 0);
}

/* Only the first page of each chunk of the block is touched, and 16 of each one
 * that is split: 64 KiB for each write. */
static void test_big_block(void) {
  skip_without_sharing();
  skip_under_sanitizer();
  need_mib(2000);
  copy_big_block(WIDE_ADDRESSES ? full_or(16384, 512) : 64, full_or(3000, 60));
}

/* --- Many small copies --- */

static void shuffle(size_t *order, size_t count, uint64_t *state) {
  for (size_t i = 0; i < count; i++) {
    size_t j = random_below(state, i + 1);
    order[i] = order[j];
    order[j] = i;
  }
}

static void test_small_copies(void) {
  skip_under_sanitizer();
  int full = sharing_works() && WIDE_ADDRESSES && is_full();
  need_mib(full ? 7000 : 500);
  enum { MOST = 2000 };
  size_t SOURCES = full ? MOST : 50, count = full ? 100000 : 1000, writes = SOURCES;
  char *sources[MOST], **copies = calloc(count, sizeof *copies);
  size_t *order = calloc(count, sizeof *order);
  uint64_t state = 21;
  for (size_t i = 0; i < SOURCES; i++) {
    CHECK((sources[i] = chunk_alloc()));
    write_word(sources[i], i);
  }
  shuffle(order, count, &state);
  for (size_t i = 0; i < count; i++) CHECK((copies[i] = chunk_copy_lazy(sources[order[i] % SOURCES])));
  for (size_t i = 0; i < writes; i++) {
    size_t target = random_below(&state, count);
    write_word(copies[target], order[target] % SOURCES + SOURCES);
    CHECK(word(copies[target]) == order[target] % SOURCES + SOURCES);
  }
  for (size_t i = 0; i < count; i++) CHECK(word(copies[i]) % SOURCES == order[i] % SOURCES);
  for (size_t i = 0; i < SOURCES; i++) CHECK(word(sources[i]) == i);
  check_room_for_others();
  errno = 0;
  for (size_t i = 0; i < count; i++) {
    CHECK(chunk_free(copies[order[i]]) == 0);
    if (i == count / 4) check_room_for_others();
  }
  for (size_t i = 0; i < SOURCES; i++) CHECK(chunk_free(sources[i]) == 0);
  CHECK(errno == 0 && stats().frames_in_use == 0 && mapping_count() < 2000);
}

/* --- Snapshots: copy, keep working on the original, drop the copy, again --- */

static void test_snapshots(void) {
  skip_without_sharing();
  size_t count = WIDE_ADDRESSES ? full_or(8000, 150) : 150, *words = calloc(count, sizeof *words);
  need_mib(1000);
  char *block = chunks_alloc(count), *snapshot = NULL;
  CHECK(block && words);
  uint64_t state = 31;
  for (size_t round = 1; round <= 8; round++) {
    CHECK(chunks_free(snapshot, count) == 0);
    snapshot = lazy_copy(block, count);
    for (int writes = 0; writes < (int)count / 4; writes++) {
      size_t i = random_below(&state, count);
      size_t before = word(snapshot + i * CHUNKSIZE);
      write_word(block + i * CHUNKSIZE, words[i] = round << 32 % (sizeof(size_t) * 8) | i);
      CHECK(word(snapshot + i * CHUNKSIZE) == before);
    }
    if (round % 4 > 0) continue;
    for (size_t i = 0; i < count; i++) CHECK(word(block + i * CHUNKSIZE) == words[i]);
  }
  CHECK(chunks_free(snapshot, count) == 0);
  CHECK(mapping_count() < 4000);
  snapshot = lazy_copy(block, count);
  for (size_t i = 0; i < count; i++) CHECK(word(snapshot + i * CHUNKSIZE) == words[i]);
}

/* --- A block as big as it gets, its ends written --- */

static void test_sixteen_gib(void) {
  skip_without_sharing();
  skip_under_sanitizer();
  if (!WIDE_ADDRESSES) test_skip("little address space");
  size_t count = 262144;
  char *block = chunks_alloc(count);
  CHECK(block);
  size_t places[] = {0, 1, 65535, 65536, 100000, 131071, 131072, count - 1};
  for (size_t i = 0; i < 8; i++) write_word(block + places[i] * CHUNKSIZE, i + 1);
  char *copy = lazy_copy(block, count);
  for (size_t i = 0; i < 8; i++)
    write_word(i % 2 ? block + places[i] * CHUNKSIZE : copy + places[i] * CHUNKSIZE, 99);
  for (size_t i = 0; i < 8; i++) CHECK(word((i % 2 ? copy : block) + places[i] * CHUNKSIZE) == i + 1);
  CHECK(chunks_free(block, count) == 0);
  CHECK(word(copy + 65535 * (size_t)CHUNKSIZE) == 99 && chunks_free(copy, count) == 0);
}

static const struct test tests[] = {
    {"scale_big_block", test_big_block, 120},
    {"scale_small_copies", test_small_copies, 300},
    {"scale_snapshots", test_snapshots, 120},
    {"scale_sixteen_gib", test_sixteen_gib, 120},
};

RUN_TESTS(tests)
