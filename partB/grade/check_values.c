/* Requirement 1: the same values as with eager copying. */
#include <string.h>

#include "checks.h"

void check_alloc(void) {
  enum { COUNT = 8 };
  unsigned char *chunks[COUNT], *models[COUNT];
  doing("called chunk_startup");
  lab.startup();
  for (unsigned i = 0; i < COUNT; i++) {
    doing("called chunk_alloc");
    chunks[i] = new_chunk();
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
  doing("read chunks and their lazy copies");
  for (unsigned i = 0; i < COUNT; i++) {
    compare_pair(&pairs[i], "the original is not as before it was copied lazily",
                 "a lazy copy is not as its original");
  }
}

void check_copy_written(void) {
  lab.startup();
  struct pair pair = new_pair(1);
  doing("wrote to offset 1000 of a lazy copy");
  write_byte(pair.copy, pair.copy_model, 1000, 0xA1);
  doing("read both sides after a write to the copy");
  compare_pair(&pair, "the original changed when the copy was written",
               "after a write to offset 1000 of the copy, the copy is wrong");
}

void check_original_written(void) {
  lab.startup();
  struct pair pair = new_pair(1);
  doing("wrote to offset 1000 of the original of a lazy copy");
  write_byte(pair.original, pair.original_model, 1000, 0xA1);
  doing("read both sides after a write to the original");
  compare_pair(&pair, "after a write to offset 1000 of the original, the original is wrong",
               "the copy changed when the original was written");
}

/* Writes to one side and then, again and again, to either. */
static void write_both(struct pair *pair, bool copy_first) {
  doing("wrote to %s", copy_first ? "the copy, then to the original" : "the original, then to the copy");
  for (size_t i = 0; i < 200; i++) {
    bool to_copy = i < 2 ? (i == 0) == copy_first : random_below(2);
    size_t offset = random_below(CHUNKSIZE);
    write_byte(to_copy ? pair->copy : pair->original, to_copy ? pair->copy_model : pair->original_model,
               offset, (unsigned char)random_below(256));
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

void check_model(void) {
  enum { COUNT = 300, WRITES = 3000 };
  static struct pair pairs[COUNT];
  lab.startup();
  for (unsigned i = 0; i < COUNT; i++) pairs[i] = new_pair(i);
  doing("wrote to random places of %d chunks and their lazy copies", COUNT);
  for (size_t i = 0; i < WRITES; i++) {
    struct pair *pair = &pairs[random_below(COUNT)];
    size_t offset = random_below(CHUNKSIZE);
    unsigned char value = (unsigned char)random_below(256);
    if (random_below(2)) {
      write_byte(pair->original, pair->original_model, offset, value);
    } else {
      write_byte(pair->copy, pair->copy_model, offset, value);
    }
  }
  doing("read all chunks after random writes");
  for (unsigned i = 0; i < COUNT; i++) {
    compare_pair(&pairs[i], "after random writes an original is wrong",
                 "after random writes a copy is wrong");
  }
}
