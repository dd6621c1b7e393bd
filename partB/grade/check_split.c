/* Requirement 4: a write anywhere in a chunk, first byte to last, splits it. */
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "checks.h"

/* A first write to one place of one side of a new pair, and what came of it. */
static void first_write(bool to_copy, size_t offset) {
  reuse_models();
  struct pair pair = new_pair((unsigned)offset);
  const char *side = to_copy ? "the copy" : "the original";
  const char *other = to_copy ? "the original" : "the copy";
  char lost[120], seen[120];
  snprintf(lost, sizeof lost, "after a write to offset %zu of %s, %s is wrong", offset, side, side);
  snprintf(seen, sizeof seen, "a write to offset %zu of %s changed %s", offset, side, other);
  write_side(&pair, to_copy, offset, (unsigned char)~pair.copy_model[offset]);
  compare_pair(&pair, to_copy ? seen : lost, to_copy ? lost : seen);
}

enum { OTHERS = 5 };

/* First writes to pairs that have younger ones, from the oldest on, which has them all. Their
 * chunks may lie on any side: the kernel puts the younger below the older, or, where
 * it finds one, into a gap, and those lie one above the other here. */
static void write_among_others(bool copy_first, size_t offset, bool upwards) {
  struct pair pairs[OTHERS];
  enum { GAPS = 2 * OTHERS };
  char *gaps = mmap(NULL, (GAPS + 1) * CHUNKSIZE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (gaps == MAP_FAILED) undecided("there is no room for gaps between chunks");
  reuse_models();
  for (unsigned i = 0; i < OTHERS; i++) {
    if (upwards) munmap(gaps + (2 * i) * CHUNKSIZE, CHUNKSIZE);
    pairs[i] = new_original(i);
    if (upwards) munmap(gaps + (2 * i + 1) * CHUNKSIZE, CHUNKSIZE);
    copy_original(&pairs[i]);
  }
  for (unsigned i = 0; i < OTHERS; i++) {
    write_side(&pairs[i], copy_first, offset, 0xA1);
    write_side(&pairs[i], !copy_first, CHUNKSIZE - 1 - offset, 0xA2);
    for (unsigned j = 0; j < OTHERS; j++) {
      compare_pair(&pairs[j], "one of several pairs was written, and an original is wrong",
                   "one of several pairs was written, and a copy is wrong");
    }
  }
}

void check_first_last(void) {
  lab.startup();
  need_sharing();
  for (int to_copy = 0; to_copy < 2; to_copy++) {
    for (int round = 0; round < 4; round++) {
      first_write(to_copy, 0);
      first_write(to_copy, CHUNKSIZE - 1);
    }
  }
  for (unsigned i = 0; i < 8; i++) write_among_others(i % 2, i / 2 % 2 ? 0 : CHUNKSIZE - 1, i / 4);
}

/* After the first write, the side's other pages are its own as well. */
static void write_other_pages(bool to_copy, size_t first_page) {
  reuse_models();
  struct pair pair = new_pair((unsigned)first_page);
  const char *side = to_copy ? "the copy" : "the original";
  char why[160];
  snprintf(why, sizeof why, "%s was written to page %zu first, then to the others, and %s is wrong", side,
           first_page, to_copy ? "the original" : "the copy");
  for (size_t i = 0; i < SMALL_PAGES; i++) {
    size_t page = (first_page + i) % SMALL_PAGES;
    write_side(&pair, to_copy, page * SMALL_PAGE + 77, (unsigned char)(0xC0 + i));
  }
  compare_pair(&pair, to_copy ? why : "the original lost a write", to_copy ? "the copy lost a write" : why);
}

void check_every_page(void) {
  lab.startup();
  need_sharing();
  for (int to_copy = 0; to_copy < 2; to_copy++) {
    for (size_t page = 0; page < SMALL_PAGES; page++) {
      first_write(to_copy, page * SMALL_PAGE + 2000);
      write_other_pages(to_copy, page);
    }
    for (size_t page = 1; page < SMALL_PAGES; page++) {
      first_write(to_copy, page * SMALL_PAGE);
      first_write(to_copy, page * SMALL_PAGE - 1);
    }
  }
}

static void write_every_byte(unsigned char *chunk, unsigned char *model) {
  for (size_t offset = CHUNKSIZE; offset-- > 0;)
    write_byte(chunk, model, offset, (unsigned char)(offset * 13));
}

/* Words of 8 bytes that lie across the ends of pages. */
static void write_across_pages(unsigned char *chunk, unsigned char *model) {
  for (size_t page = 1; page < SMALL_PAGES; page++) {
    uint64_t value = 0x1122334455667788u * page;
    memcpy(chunk + page * SMALL_PAGE - 4, &value, sizeof value);
    memcpy(model + page * SMALL_PAGE - 4, &value, sizeof value);
  }
}

static void write_whole(unsigned char *chunk, unsigned char *model) {
  memset(chunk, 0x5A, CHUNKSIZE);
  memset(model, 0x5A, CHUNKSIZE);
}

void check_every_byte(void) {
  static const struct {
    const char *what;
    void (*write)(unsigned char *chunk, unsigned char *model);
  } ways[] = {{"every single byte", write_every_byte},
              {"words across pages", write_across_pages},
              {"the whole chunk by memset", write_whole}};
  lab.startup();
  need_sharing();
  for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
    struct pair first = new_pair(1), second = new_pair(2);
    doing("wrote %s of a lazy copy" UNRECOGNISED, ways[i].what);
    ways[i].write(first.copy, first.copy_model);
    compare_pair(&first, "the original changed when all of the copy was written", "the copy lost a write");
    doing("wrote %s of an original" UNRECOGNISED, ways[i].what);
    ways[i].write(second.original, second.original_model);
    compare_pair(&second, "the original lost a write",
                 "the copy changed when all of the original was written");
  }
}
