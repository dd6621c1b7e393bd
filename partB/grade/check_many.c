/* Requirement 2: any number of chunks. */
#include <stdio.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "../harness/effort.h"
#include "../measure/maps.h"
#include "../measure/measure.h"
#include "checks.h"

/* A chunk in a crowd: only its last page is used, so that a crowd fits in memory. */
struct member {
  unsigned char *original, *copy;
};

enum { MOST_PAIRS = 60000, WIDE_ADDRESSES = sizeof(void *) >= 8 };

static struct member crowd[MOST_PAIRS];

enum { EARLY = CHUNKSIZE - SMALL_PAGE + 5, LAST = CHUNKSIZE - 1 };

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

/* Why there are no more: a function of the library gave none, or the check may not take more. NULL: there
 * are as many as there should be. */
struct limit {
  const char *refused, *spent;
};

/* A chunk that a function gave, or that fails as the refusal it is. */
static bool is_refused(const void *chunk, const char *function, struct limit *limit) {
  static char text[60];
  if (chunk && chunk != MAP_FAILED) return false;
  snprintf(text, sizeof text, "%s returned %s", function, chunk ? "MAP_FAILED" : "NULL");
  limit->refused = text;
  return true;
}

/* Whose limit was met? */
static const char *whose_limit(void) {
  const size_t near = 100;
  return (size_t)count_mappings() + near > mapping_limit() ? "the kernel has no more mappings"
                                                           : "is there a limit in the code?";
}

/* Makes up to most pairs, for so many seconds of processor time, as long as memory lasts. Returns
 * how many. */
static size_t make_crowd(size_t most, double seconds, struct limit *limit) {
  double start = effort_of_this_process();
  *limit = (struct limit){NULL, NULL};
  for (size_t i = 0; i < most; i++) {
    if (i % 100 == 0) doing("made chunk %zu and its lazy copy", i + 1);
    if (effort_of_this_process() - start > seconds) limit->spent = "all the time for it was used";
    if (memory_is_short()) limit->spent = "900 MiB of memory were used";
    if (limit->spent) return i;
    unsigned char *original = lab.alloc();
    if (is_refused(original, "chunk_alloc", limit)) return i;
    original[EARLY] = mark(i, EARLY);
    original[LAST] = mark(i, LAST);
    unsigned char *copy = lab.copy_lazy(original);
    if (copy == original) fail("chunk_copy_lazy returned its argument, not a copy");
    if (is_refused(copy, "chunk_copy_lazy", limit)) return i;
    crowd[i] = (struct member){original, copy};
  }
  return most;
}

/* Looks at all members, or at as many here and there as a second of processor time allows. */
static void check_crowd(size_t count, const char *why) {
  const size_t stride = 7919; /* a prime, so that all are visited */
  double start = effort_of_this_process();
  for (size_t i = 0; i < count && effort_of_this_process() - start < 1; i++) {
    size_t index = i * stride % count;
    expect_byte(crowd[index].original, EARLY, mark(index, EARLY), why, index);
    expect_byte(crowd[index].original, LAST, mark(index, LAST), why, index);
    expect_byte(crowd[index].copy, EARLY, mark(index, EARLY), why, index);
    expect_byte(crowd[index].copy, LAST, mark(index, LAST), why, index);
  }
}

/* Writes to one side of a few members; the other side must keep its values. */
static void write_to_some(size_t count, size_t writes) {
  for (size_t i = 0; i < writes; i++) {
    size_t index = i * (count - 1) / (writes - 1);
    unsigned char *written = i % 2 ? crowd[index].original : crowd[index].copy;
    unsigned char *other = i % 2 ? crowd[index].copy : crowd[index].original;
    doing("wrote to %s %zu of %zu" UNRECOGNISED, i % 2 ? "the original of lazy copy" : "lazy copy", index + 1,
          count);
    *(volatile unsigned char *)(written + EARLY) ^= 0xFF;
    expect_byte(written, EARLY, mark(index, EARLY) ^ 0xFF, "a write to one of many chunks was lost", index);
    expect_byte(written, LAST, mark(index, LAST), "a write to one of many chunks changed another byte",
                index);
    expect_byte(other, EARLY, mark(index, EARLY), "a write to one of many chunks changed its other side",
                index);
    written[EARLY] ^= 0xFF;
  }
}

/* The handout's way takes two mappings a pair: a third of the limit leaves room.
 * A library may take twice the address space that a pair needs. */
static size_t reachable_pairs(void) {
  const size_t most = 3500;
  size_t pairs = mapping_limit() / 3;
  return pairs < most ? pairs : most;
}

/* Chunks that nobody touches, every second one a lazy copy, as long as time and memory last; returns how
 * many. Then one is copied and written: it must be as good as the first. */
static size_t make_more(size_t there_are, size_t more) {
  double start = effort_of_this_process();
  struct limit limit;
  void *chunk = NULL;
  size_t made = 0;
  for (; made < more && effort_of_this_process() - start < 3 && !memory_is_short(); made++) {
    bool copied = made % 2;
    if (made % 100 == 0) doing("made chunk %zu", there_are + made + 1);
    chunk = copied ? lab.copy_lazy(chunk) : lab.alloc();
    if (is_refused(chunk, copied ? "chunk_copy_lazy" : "chunk_alloc", &limit))
      fail("%s when there were %zu chunks: %s", limit.refused, there_are + made, whose_limit());
  }
  struct pair pair = new_pair(3);
  write_side(&pair, true, EARLY, 0xA1);
  compare_pair(&pair, "many chunks were made, and the last one's original is wrong",
               "many chunks were made, and the last one's copy is wrong");
  return made;
}

/* Another number each time, so that no limit can be just above it; as far as the kernel's mappings go. */
static size_t another_number(size_t there_are) {
  const size_t least = 7000, most = 13000, room = 2000;
  size_t reachable = mapping_limit() > there_are + room ? mapping_limit() - there_are - room : 0;
  uint64_t state = (uint64_t)getpid() ^ (uint64_t)(now_us() * 16);
  random_next(&state);
  size_t more = least + random_next(&state) % (most - least);
  return more < reachable ? more : reachable;
}

void check_many(void) {
  enum { ENOUGH = 3000, WRITES = 40 };
  struct limit limit;
  lab.startup();
  size_t count = make_crowd(reachable_pairs(), 6, &limit);
  if (limit.refused && count == 0) fail("%s for the very first chunk", limit.refused);
  if (limit.refused)
    fail("%s when there were %zu chunks with a lazy copy each: %s", limit.refused, count, whose_limit());
  if (count < ENOUGH)
    undecided("there were only %zu chunks with a lazy copy each when %s", count, limit.spent);
  check_crowd(count, "many chunks were made, and one is wrong");
  write_to_some(count, WRITES);
  check_crowd(count, "some of many chunks were written, and another changed");
  size_t more = make_more(2 * count, another_number(2 * count));
  remark("%zu chunks, lazy copies among them", 2 * count + more);
}

void check_mapping_limit(void) {
  enum { WRITES = 20, SOME = 300 };
  size_t pairs = mapping_limit() / 2 + SOME;
  struct limit limit;
  if (!WIDE_ADDRESSES) undecided("addresses of %zu bits do not reach that far", 8 * sizeof(void *));
  if (pairs > MOST_PAIRS)
    undecided("vm.max_map_count is too high here to be reached soon: %zu", mapping_limit());
  lab.startup();
  size_t count = make_crowd(pairs, 5, &limit);
  if (limit.refused)
    fail("%s when there were %zu chunks with a lazy copy each: %s", limit.refused, count, whose_limit());
  if (count < pairs)
    undecided("there were only %zu chunks with a lazy copy each when %s", count, limit.spent);
  write_to_some(count, WRITES);
  check_crowd(count, "many chunks were made, and one is wrong");
  remark("%zu chunks, each with a lazy copy", pairs);
}
