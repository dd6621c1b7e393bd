/* Requirements 2 and 3: any number of chunks, and faster than eager copying. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>

#include "../harness/measure.h"
#include "checks.h"

/* A chunk in a crowd: only its last byte and one in the middle are used, so that
 * a crowd fits in memory. */
struct member {
  unsigned char *original, *copy;
};

enum { MOST_PAIRS = 60000, WIDE_ADDRESSES = sizeof(void *) >= 8 };

static struct member crowd[MOST_PAIRS];

enum { MIDDLE = 8 * SMALL_PAGE + 5, LAST = CHUNKSIZE - 1 };

static unsigned char mark(size_t index, int place) {
  return (unsigned char)(index * 7 + (index >> 8) * 3 + (size_t)place % 251 + 1);
}

static void expect_byte(const unsigned char *chunk, int offset, unsigned char expected, const char *why,
                        size_t index) {
  if (chunk[offset] == expected) return;
  fail("%s: chunk %zu, offset %d: 0x%02x, not 0x%02x", why, index, offset, chunk[offset], expected);
}

static bool memory_is_short(void) {
  const long most = 900 << 10; /* KiB */
  struct rusage usage;
  return getrusage(RUSAGE_SELF, &usage) == 0 && usage.ru_maxrss > most;
}

/* Makes up to most pairs, for so many seconds, as long as memory lasts. Returns
 * how many; *refused says whether the library gave no more. */
static size_t make_crowd(size_t most, double seconds, bool *refused) {
  double start = now_us();
  *refused = false;
  for (size_t i = 0; i < most; i++) {
    if (i % 100 == 0) doing("made chunk %zu and its lazy copy", i + 1);
    if (now_us() - start > 1e6 * seconds || memory_is_short()) return i;
    unsigned char *original = lab.alloc();
    *refused = !original || original == MAP_FAILED;
    if (*refused) return i;
    original[MIDDLE] = mark(i, MIDDLE);
    original[LAST] = mark(i, LAST);
    unsigned char *copy = lab.copy_lazy(original);
    *refused = !copy || copy == MAP_FAILED;
    if (*refused) return i;
    crowd[i] = (struct member){original, copy};
  }
  return most;
}

/* Looks at all members, or at as many here and there as a second allows. */
static void check_crowd(size_t count, const char *why) {
  const size_t stride = 7919; /* a prime, so that all are visited */
  double start = now_us();
  for (size_t i = 0; i < count && now_us() - start < 1e6; i++) {
    size_t index = i * stride % count;
    expect_byte(crowd[index].original, MIDDLE, mark(index, MIDDLE), why, index);
    expect_byte(crowd[index].original, LAST, mark(index, LAST), why, index);
    expect_byte(crowd[index].copy, MIDDLE, mark(index, MIDDLE), why, index);
    expect_byte(crowd[index].copy, LAST, mark(index, LAST), why, index);
  }
}

/* Writes to one side of a few members; the other side must keep its values. */
static void write_to_some(size_t count, size_t writes) {
  for (size_t i = 0; i < writes; i++) {
    size_t index = i * (count - 1) / (writes - 1);
    unsigned char *written = i % 2 ? crowd[index].original : crowd[index].copy;
    unsigned char *other = i % 2 ? crowd[index].copy : crowd[index].original;
    doing("wrote to chunk %zu of %zu", index + 1, count);
    *(volatile unsigned char *)(written + MIDDLE) ^= 0xFF;
    expect_byte(written, MIDDLE, mark(index, MIDDLE) ^ 0xFF, "a write to one of many chunks was lost", index);
    expect_byte(written, LAST, mark(index, LAST), "a write to one of many chunks changed another byte",
                index);
    expect_byte(other, MIDDLE, mark(index, MIDDLE), "a write to one of many chunks changed its other side",
                index);
    written[MIDDLE] ^= 0xFF;
  }
}

static size_t mapping_limit(void) {
  size_t mappings = 65530;
  FILE *file = fopen("/proc/sys/vm/max_map_count", "re");
  if (file && fscanf(file, "%zu", &mappings) != 1) mappings = 65530;
  if (file) fclose(file);
  return mappings;
}

/* The handout's way takes two mappings a pair: a third of the limit leaves room.
 * A library may take twice the address space that a pair needs. */
static size_t reachable_pairs(void) {
  const size_t most = WIDE_ADDRESSES ? 10000 : 4000;
  size_t pairs = mapping_limit() / 3;
  return pairs < most ? pairs : most;
}

void check_many(void) {
  enum { ENOUGH = 3000, WRITES = 100 };
  size_t most = reachable_pairs();
  bool refused;
  lab.startup();
  size_t count = make_crowd(most, 3, &refused);
  if (refused)
    fail("no more than %zu chunks with a lazy copy each could be made: is there a limit in the code?", count);
  if (count < ENOUGH)
    undecided("after 3 s, or 900 MiB, there were only %zu chunks with a lazy copy each", count);
  check_crowd(count, "many chunks were made, and one is wrong");
  write_to_some(count, WRITES);
  check_crowd(count, "some of many chunks were written, and another changed");
  remark("%zu chunks, each with a lazy copy", count);
}

void check_mapping_limit(void) {
  enum { WRITES = 20, SOME = 300 };
  size_t pairs = mapping_limit() / 2 + SOME;
  if (!WIDE_ADDRESSES) undecided("addresses of %zu bits do not reach that far", 8 * sizeof(void *));
  if (pairs > MOST_PAIRS)
    undecided("vm.max_map_count is too high here to be reached soon: %zu", mapping_limit());
  bool refused;
  lab.startup();
  size_t count = make_crowd(pairs, 5, &refused);
  if (refused)
    fail("there was no more after %zu chunks with a lazy copy each: each is a mapping of the kernel's",
         count);
  if (count < pairs)
    undecided("after 5 s, or 900 MiB, there were only %zu chunks with a lazy copy each", count);
  write_to_some(count, WRITES);
  check_crowd(count, "many chunks were made, and one is wrong");
  remark("%zu chunks, each with a lazy copy", pairs);
}

enum { ROUND_CHUNKS = 16, LEAST_ROUNDS = 11, MOST_ROUNDS = 61 };

/* Copies chunks one way and reads the copies. Returns microseconds per chunk. */
static double time_copies(unsigned char *(*copy_way)(void *), unsigned char *const originals[ROUND_CHUNKS]) {
  unsigned char *copies[ROUND_CHUNKS];
  unsigned sum = 0;
  double start = now_us();
  for (size_t i = 0; i < ROUND_CHUNKS; i++) copies[i] = copy_way(originals[i]);
  for (size_t i = 0; i < ROUND_CHUNKS; i++) {
    for (size_t page = 0; page < SMALL_PAGES; page++) sum += copies[i][page * SMALL_PAGE + 9];
  }
  double time = now_us() - start;
  for (size_t i = 0; i < ROUND_CHUNKS; i++) {
    for (size_t page = 0; page < SMALL_PAGES; page++) sum -= originals[i][page * SMALL_PAGE + 9];
  }
  if (sum != 0) fail("copies that were only read are not as their originals");
  return time / ROUND_CHUNKS;
}

struct timing {
  double lazy[MOST_ROUNDS], eager[MOST_ROUNDS], ratio[MOST_ROUNDS];
};

static void time_round(struct timing *timing, size_t round) {
  unsigned char *originals[ROUND_CHUNKS];
  for (unsigned i = 0; i < ROUND_CHUNKS; i++) {
    originals[i] = new_chunk();
    fill(originals[i], i);
  }
  bool lazy_first = round % 2;
  if (lazy_first) timing->lazy[round] = time_copies(lazy_copy, originals);
  timing->eager[round] = time_copies(eager_copy, originals);
  if (!lazy_first) timing->lazy[round] = time_copies(lazy_copy, originals);
  timing->ratio[round] = timing->eager[round] / timing->lazy[round];
}

static int compare_doubles(const void *left, const void *right) {
  double a = *(const double *)left, b = *(const double *)right;
  return (a > b) - (a < b);
}

/* Bounds that hold the true median in some 99.9 of 100 cases: the order
 * statistics 1.65 roots of the count away from the middle. */
static void bound_median(const double *values, size_t count, double *low, double *high) {
  double sorted[MOST_ROUNDS];
  memcpy(sorted, values, count * sizeof *sorted);
  qsort(sorted, count, sizeof *sorted, compare_doubles);
  size_t away = 0;
  while (4.0 * (double)(away * away) < 1.65 * 1.65 * 4.0 * (double)count) away++;
  size_t middle = count / 2;
  *low = sorted[away < middle ? middle - away : 0];
  *high = sorted[away < middle ? middle + away : count - 1];
}

/* A tenth faster counts as faster: two equal ways never differ by that much in
 * the median, whatever else the machine does. */
void check_speed(void) {
  static struct timing timing;
  const double faster = 1.1;
  double low = 0, high = 0;
  size_t rounds = 0;
  lab.startup();
  doing("copied chunks eagerly and lazily, and read the copies");
  while (rounds < MOST_ROUNDS) {
    time_round(&timing, rounds++);
    if (rounds < LEAST_ROUNDS) continue;
    bound_median(timing.ratio, rounds, &low, &high);
    if (low > faster || high < faster) break;
  }
  double lazy = summarize(timing.lazy, rounds).median, eager = summarize(timing.eager, rounds).median;
  if (high < faster) fail("lazy copying is not faster than eager: %.1f us against %.1f us", lazy, eager);
  if (low <= faster) {
    undecided("the machine is too noisy: eager takes %.2f to %.2f times as long as lazy", low, high);
  }
  remark("%.1f us against %.1f us for a chunk, copied and read", lazy, eager);
}
