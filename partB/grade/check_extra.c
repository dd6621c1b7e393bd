/* The handout's four optional extras. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../measure/maps.h"
#include "checks.h"

/* Which memory is mapped at an address: a place in the shared memory that an
 * inode names. */
struct backing {
  uint64_t inode, offset;
};

static struct backing backing_of(const void *address) {
  struct mapping mapping;
  if (!maps_find(address, &mapping) || !mapping.shared) return (struct backing){0, 0};
  return (struct backing){mapping.inode, mapping.offset + ((uintptr_t)address - mapping.start)};
}

/* Writes to both sides in turn; did the second keep the memory it had? */
static bool last_one_stays(bool copy_first, unsigned seed) {
  struct pair pair = new_pair(seed);
  unsigned char *first = copy_first ? pair.copy : pair.original;
  unsigned char *last = copy_first ? pair.original : pair.copy;
  struct backing shared = backing_of(first);
  if (memcmp(&shared, &(struct backing){0, 0}, sizeof shared) == 0)
    undecided("copies are no shared mappings");
  if (backing_of(last).inode != shared.inode) fail("a lazy copy does not share memory with its original");
  write_side(&pair, copy_first, 3, 0xA1);
  write_side(&pair, !copy_first, 4, 0xA2);
  struct backing after = backing_of(last);
  compare_pair(&pair, "the original is wrong after both sides were written",
               "the copy is wrong after both sides were written");
  return after.inode == shared.inode && after.offset == shared.offset;
}

void check_last_sharer(void) {
  lab.startup();
  need_sharing();
  for (unsigned i = 0; i < 4; i++) {
    if (!last_one_stays(i % 2, i)) {
      fail("the %s was given new memory, though nobody else had the old any more",
           i % 2 ? "original" : "copy");
    }
  }
}

/* A family: chunks that come from one another by lazy copies. */
enum { FAMILY = 24 };

struct family {
  unsigned char *chunks[FAMILY], *models[FAMILY];
};

static void start_family(struct family *family) {
  family->chunks[0] = new_chunk();
  fill(family->chunks[0], 5);
  family->models[0] = new_model(family->chunks[0]);
}

static void grow_family(struct family *family, size_t child, size_t parent) {
  doing("made lazy copy %zu, of chunk %zu", child, parent);
  family->chunks[child] = lazy_copy(family->chunks[parent]);
  family->models[child] = new_model(family->models[parent]);
}

static void compare_family(const struct family *family, size_t count, const char *why) {
  for (size_t i = 0; i < count; i++) {
    char text[120];
    snprintf(text, sizeof text, "%s, and number %zu of %zu is wrong", why, i, count);
    compare(family->chunks[i], family->models[i], text);
  }
}

static void write_to_family(struct family *family, size_t count, size_t writes) {
  for (size_t i = 0; i < writes; i++) {
    size_t member = random_below(count);
    doing("wrote to number %zu of %zu chunks that share memory" UNRECOGNISED, member, count);
    write_byte(family->chunks[member], family->models[member], random_below(CHUNKSIZE), (unsigned char)i);
  }
}

void check_many_copies(void) {
  struct family family;
  lab.startup();
  need_sharing();
  start_family(&family);
  for (size_t i = 1; i < FAMILY; i++) grow_family(&family, i, 0);
  compare_family(&family, FAMILY, "one chunk was copied many times");
  for (int round = 0; round < 20; round++) {
    write_to_family(&family, FAMILY, 5);
    compare_family(&family, FAMILY, "a chunk with many lazy copies, or one of them, was written");
  }
}

void check_copy_of_copy(void) {
  struct family family;
  lab.startup();
  need_sharing();
  start_family(&family);
  for (size_t i = 1; i < FAMILY; i++) {
    grow_family(&family, i, i - 1);
    if (i % 3 == 0) write_to_family(&family, i + 1, 2);
    compare_family(&family, i + 1, "copies were copied");
  }
  for (int round = 0; round < 20; round++) {
    write_to_family(&family, FAMILY, 5);
    compare_family(&family, FAMILY, "copies of copies were written");
  }
}

/* Frees one side, then writes to the other: it must keep its values. */
static void free_one_side(bool the_copy) {
  struct pair pair = new_pair(9);
  doing("freed %s", the_copy ? "a lazy copy" : "the original of a lazy copy");
  lab.free(the_copy ? pair.copy : pair.original);
  unsigned char *left = the_copy ? pair.original : pair.copy;
  unsigned char *model = the_copy ? pair.original_model : pair.copy_model;
  compare(left, model, "one side was freed, and the other changed");
  write_side(&pair, !the_copy, CHUNKSIZE / 2, 0xA1);
  compare(left, model, "one side was freed, and a write to the other was lost");
  lab.free(left);
}

/* 256 MiB pass through 2 chunks at a time. */
static void reuse_memory(void) {
  enum { ROUNDS = 2000 };
  const long long most = 100LL << 20;
  long long before = mapped_memory();
  if (before < 0) undecided("the kernel does not say how much memory is mapped");
  doing("allocated, copied, wrote and freed chunks again and again");
  for (unsigned i = 0; i < ROUNDS; i++) {
    unsigned char *chunk = new_chunk();
    memset(chunk, (int)i, CHUNKSIZE);
    unsigned char *copy = lazy_copy(chunk);
    copy[i % CHUNKSIZE] = 1;
    lab.free(i % 2 ? chunk : copy);
    lab.free(i % 2 ? copy : chunk);
  }
  long long grown = mapped_memory() - before;
  if (grown > most)
    fail("%d chunks were made, copied and freed, and %lld MiB are not given back", ROUNDS, grown >> 20);
}

void check_free(void) {
  if (!lab.free) fail("there is no function chunk_free");
  lab.startup();
  for (int round = 0; round < 4; round++) free_one_side(round % 2);
  struct pair both = new_pair(3);
  write_side(&both, true, 1, 0xA1);
  lab.free(both.original);
  compare(both.copy, both.copy_model,
          "the original was freed after the copy was written, and the copy changed");
  reuse_memory();
}
