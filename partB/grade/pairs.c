/* Chunks and models of them: what most checks begin and end with (see checks.h). */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "../measure/measure.h"
#include "checks.h"

static unsigned char *need(void *chunk, const char *function) {
  if (!chunk) fail("%s returned NULL%s%s", function, errno ? ": " : "", errno ? strerror(errno) : "");
  if (chunk == MAP_FAILED) fail("%s returned MAP_FAILED: %s", function, strerror(errno));
  return chunk;
}

unsigned char *new_chunk(void) {
  errno = 0;
  return need(lab.alloc(), "chunk_alloc");
}

static unsigned char *need_copy(void *copy, const void *chunk, const char *function) {
  if (copy == chunk) fail("%s returned its argument, not a copy", function);
  return need(copy, function);
}

unsigned char *eager_copy(void *chunk) {
  errno = 0;
  return need_copy(lab.copy_eager(chunk), chunk, "chunk_copy_eager");
}

unsigned char *lazy_copy(void *chunk) {
  errno = 0;
  return need_copy(lab.copy_lazy(chunk), chunk, "chunk_copy_lazy");
}

void fill(unsigned char *chunk, unsigned seed) {
  for (size_t i = 0; i < CHUNKSIZE; i++) chunk[i] = (unsigned char)(i * 31 + (i >> 8) * 7 + seed * 17 + 1);
}

/* Not from malloc, which may be the library's. */
enum { MODELS = 200 };
static unsigned char models[MODELS][CHUNKSIZE];
static size_t models_used;

unsigned char *new_model(const unsigned char *chunk) {
  if (models_used == MODELS) undecided("the grader has no room for more models");
  return memcpy(models[models_used++], chunk, CHUNKSIZE);
}

void reuse_models(void) {
  models_used = 0;
}

void compare(const unsigned char *chunk, const unsigned char *model, const char *why) {
  if (memcmp(chunk, model, CHUNKSIZE) == 0) return;
  size_t offset = 0;
  while (chunk[offset] == model[offset]) offset++;
  fail("%s: the byte at offset %zu is 0x%02x, not 0x%02x", why, offset, chunk[offset], model[offset]);
}

struct pair new_original(unsigned seed) {
  doing("made a chunk");
  struct pair pair = {.original = new_chunk()};
  fill(pair.original, seed);
  pair.original_model = new_model(pair.original);
  return pair;
}

void copy_original(struct pair *pair) {
  static unsigned copies;
  pair->number = ++copies;
  doing("made lazy copy %u", pair->number);
  pair->copy_model = new_model(pair->original_model);
  pair->copy = lazy_copy(pair->original);
}

struct pair new_pair(unsigned seed) {
  struct pair pair = new_original(seed);
  copy_original(&pair);
  return pair;
}

void compare_pair(const struct pair *pair, const char *original_why, const char *copy_why) {
  doing("read lazy copy %u and its original", pair->number);
  compare(pair->original, pair->original_model, original_why);
  compare(pair->copy, pair->copy_model, copy_why);
}

void write_byte(unsigned char *chunk, unsigned char *model, size_t offset, unsigned char value) {
  *(volatile unsigned char *)(chunk + offset) = value;
  model[offset] = value;
}

void write_side(const struct pair *pair, bool to_copy, size_t offset, unsigned char value) {
  doing("wrote to offset %zu of %slazy copy %u" UNRECOGNISED, offset, to_copy ? "" : "the original of ",
        pair->number);
  write_byte(to_copy ? pair->copy : pair->original, to_copy ? pair->copy_model : pair->original_model, offset,
             value);
}

size_t random_below(size_t bound) {
  static uint64_t state = 1;
  return (size_t)(random_next(&state) % bound);
}
