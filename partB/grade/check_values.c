/* Requirement 1: the same values as with eager copying. */
#include <string.h>

#include "checks.h"

static void need_zeros(const unsigned char *chunk) {
  for (size_t i = 0; i < CHUNKSIZE; i++) {
    if (chunk[i]) fail("a new chunk is not all zeros: the byte at offset %zu is 0x%02x", i, chunk[i]);
  }
}

void check_alloc(void) {
  enum { COUNT = 8 };
  unsigned char *chunks[COUNT], *models[COUNT];
  lab.startup();
  for (unsigned i = 0; i < COUNT; i++) {
    doing("called chunk_alloc");
    chunks[i] = new_chunk();
    doing("read a new chunk");
    need_zeros(chunks[i]);
    doing("wrote to the %d bytes of a new chunk", CHUNKSIZE);
    fill(chunks[i], i);
    models[i] = new_model(chunks[i]);
  }
  for (unsigned i = 0; i < COUNT; i++)
    compare(chunks[i], models[i], "a chunk changed when another was written");
}

void check_eager(void) {
  lab.startup();
  unsigned char *original = new_chunk();
  fill(original, 1);
  unsigned char *original_model = new_model(original), *copy_model = new_model(original);
  doing("made an eager copy");
  unsigned char *copy = eager_copy(original);
  compare(copy, copy_model, "an eager copy is not as its original");
  doing("wrote to an eager copy and its original");
  write_byte(copy, copy_model, 100, 0xA1);
  compare(original, original_model, "the original changed when its eager copy was written");
  write_byte(original, original_model, 70, 0xA2);
  compare(original, original_model, "a write to the original was lost");
  compare(copy, copy_model, "an eager copy changed when the original was written");
}

void check_equal(void) {
  enum { COUNT = 4 };
  struct pair pairs[COUNT];
  lab.startup();
  for (unsigned i = 0; i < COUNT; i++) pairs[i] = new_pair(i);
  for (unsigned i = 0; i < COUNT; i++) {
    compare_pair(&pairs[i], "the original is not as before it was copied lazily",
                 "a lazy copy is not as its original");
  }
}

void check_copy_written(void) {
  lab.startup();
  struct pair pair = new_pair(1);
  write_side(&pair, true, 1000, 0xA1);
  compare_pair(&pair, "the original changed when the copy was written",
               "after a write to offset 1000 of the copy, the copy is wrong");
}

void check_original_written(void) {
  lab.startup();
  struct pair pair = new_pair(1);
  write_side(&pair, false, 1000, 0xA1);
  compare_pair(&pair, "after a write to offset 1000 of the original, the original is wrong",
               "the copy changed when the original was written");
}

/* Writes to one side and then, again and again, to either. */
static void write_both(struct pair *pair, bool copy_first) {
  for (size_t i = 0; i < 200; i++) {
    bool to_copy = i < 2 ? (i == 0) == copy_first : random_below(2);
    size_t offset = random_below(CHUNKSIZE);
    write_side(pair, to_copy, offset, (unsigned char)random_below(256));
    compare_pair(pair,
                 to_copy ? "the original changed when the copy was written" : "the original lost a write",
                 to_copy ? "the copy lost a write" : "the copy changed when the original was written");
  }
}

void check_both_written(void) {
  lab.startup();
  struct pair first = new_pair(1), second = new_pair(2);
  write_both(&first, true);
  write_both(&second, false);
  compare_pair(&first, "an original changed when another was written",
               "a copy changed when another was written");
}

enum { TOGETHER = 3, COUNT = 100 * TOGETHER, WRITES = 3000 };

/* Chunks that were made before any of them was copied; the newest is not copied first. */
static void make_together(struct pair pairs[TOGETHER], unsigned seed) {
  for (unsigned i = 0; i < TOGETHER; i++) pairs[i] = new_original(seed + i);
  for (unsigned i = 0; i < TOGETHER; i++) copy_original(&pairs[i]);
}

struct write {
  unsigned pair, offset;
  bool to_copy;
  unsigned char value;
};

/* What a side should hold, from its beginning. */
static void replay(unsigned char *model, unsigned pair, bool of_copy, const struct write writes[WRITES]) {
  fill(model, pair);
  for (size_t i = 0; i < WRITES; i++) {
    if (writes[i].pair == pair && writes[i].to_copy == of_copy) model[writes[i].offset] = writes[i].value;
  }
}

/* All pairs share the models of a few, which are written anew for each: memory is dear. */
void check_model(void) {
  static struct pair pairs[COUNT];
  static struct write writes[WRITES];
  lab.startup();
  for (unsigned i = 0; i < COUNT; i += TOGETHER) {
    reuse_models();
    make_together(&pairs[i], i);
  }
  for (size_t i = 0; i < WRITES; i++) {
    writes[i] = (struct write){(unsigned)random_below(COUNT), (unsigned)random_below(CHUNKSIZE),
                               random_below(2), (unsigned char)random_below(256)};
    write_side(&pairs[writes[i].pair], writes[i].to_copy, writes[i].offset, writes[i].value);
  }
  for (unsigned i = 0; i < COUNT; i++) {
    replay(pairs[i].original_model, i, false, writes);
    replay(pairs[i].copy_model, i, true, writes);
    compare_pair(&pairs[i], "after random writes an original is wrong",
                 "after random writes a copy is wrong");
  }
}
