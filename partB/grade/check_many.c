/* Requirement 2: any number of chunks. */
#include <stdio.h>
#include <sys/mman.h>
#include <sys/resource.h>

#include "../harness/effort.h"
#include "../measure/maps.h"
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

/* Makes up to most pairs, for so many seconds of processor time, as long as memory lasts. Returns
 * how many; *refused says whether the library gave no more. */
static size_t make_crowd(size_t most, double seconds, bool *refused) {
  double start = effort_of_this_process();
  *refused = false;
  for (size_t i = 0; i < most; i++) {
    if (i % 100 == 0) doing("made chunk %zu and its lazy copy", i + 1);
    if (effort_of_this_process() - start > seconds || memory_is_short()) return i;
    unsigned char *original = lab.alloc();
    *refused = !original || original == MAP_FAILED;
    if (*refused) return i;
    original[EARLY] = mark(i, EARLY);
    original[LAST] = mark(i, LAST);
    unsigned char *copy = lab.copy_lazy(original);
    *refused = !copy || copy == MAP_FAILED;
    if (*refused) return i;
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

void check_many(void) {
  enum { ENOUGH = 3000, WRITES = 40 };
  size_t most = reachable_pairs();
  bool refused;
  lab.startup();
  size_t count = make_crowd(most, 6, &refused);
  if (refused)
    fail("no more than %zu chunks with a lazy copy each could be made: is there a limit in the code?", count);
  if (count < ENOUGH)
    undecided("after 6 s, or 900 MiB, there were only %zu chunks with a lazy copy each", count);
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
