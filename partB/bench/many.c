/* Laps with very many copies: what they cost, and whether the values are right. */
#include <string.h>
#include <sys/mman.h>

#include "../harness/maps.h"
#include "bench.h"

enum { BLOCK_COPIES = 64, WORDS = CHUNKSIZE / sizeof(uint64_t) };

static uint64_t *original; /* random words, so that one in the wrong place is seen */
static size_t word_count;

void prepare_random(const struct racer *racer) {
  uint64_t random = 0;
  word_count = racer->chunks * WORDS;
  original = chunks_alloc(racer->chunks);
  if (!original) drop_out("no original");
  fill_random(original, word_count * sizeof *original, &random);
}

static bool original_is_wrong(void) {
  uint64_t random = 0;
  for (size_t i = 0; i < word_count; i++) {
    if (original[i] != random_next(&random)) return true;
  }
  return false;
}

/* The next place that is written: a copy, and a word in it, to which the copy's number is added. */
static uint64_t *next_place(uint64_t *const *copies, uint64_t *random, size_t *word, size_t *number) {
  uint64_t bits = random_next(random);
  *number = bits % BLOCK_COPIES + 1;
  *word = (bits >> 8) % word_count;
  return copies[*number - 1];
}

/* Of the words that were written, and of their neighbours. */
static size_t count_wrong(uint64_t *const *copies, size_t writes) {
  uint64_t random = 1;
  size_t wrong = 0, word, number;
  for (size_t n = 0; n < writes; n++) {
    const uint64_t *copy = next_place(copies, &random, &word, &number);
    wrong += copy[word] != original[word] + number || copy[word ^ 1] != original[word ^ 1];
  }
  return wrong + original_is_wrong();
}

void lap_million(const struct racer *racer, double *figures) {
  size_t writes = (size_t)racer->x, word, number;
  uint64_t *copies[BLOCK_COPIES], random = 1;
  double start = now_us();
  for (int i = 0; i < BLOCK_COPIES; i++) {
    copies[i] = chunks_copy_lazy(original, racer->chunks);
    if (!copies[i]) drop_out("no copy");
  }
  double copied = now_us();
  for (size_t n = 0; n < writes; n++) {
    uint64_t *copy = next_place(copies, &random, &word, &number);
    copy[word] = original[word] + number;
  }
  figures[COPY] = copied - start;
  figures[WRITE] = (now_us() - copied) / racer->x;
  figures[MAPPINGS] = (double)count_mappings();
  figures[LIMIT] = (double)mapping_limit();
  figures[WRONG] = (double)count_wrong(copies, writes);
  figures[MEMORY] = (double)memory_in_use(0);
}

/* Can the rest of the program still map memory? Neighbours must not merge. */
static int refused_mappings(void) {
  enum { TRIES = 64, PRIVATE = MAP_PRIVATE | MAP_ANONYMOUS };
  int refused = 0;
  for (int i = 0; i < TRIES; i++) {
    refused += mmap(NULL, CHUNKSIZE, i % 2 ? PROT_READ : PROT_NONE, PRIVATE, -1, 0) == MAP_FAILED;
  }
  return refused;
}

void lap_scattered(const struct racer *racer, double *figures) {
  enum { WRITES = 2000 };
  size_t count = (size_t)racer->x;
  uint64_t random = 1, *sources[count], *copies[count];
  memset(sources, 0, sizeof sources); /* so that the lists are in memory */
  memset(copies, 0, sizeof copies);
  double start = now_us();
  for (size_t i = 0; i < count; i++) {
    sources[i] = original + random_next(&random) % racer->chunks * WORDS;
    copies[i] = chunk_copy_lazy(sources[i]);
    figures[FAILED] += copies[i] == NULL;
  }
  double copied = now_us();
  for (int i = 0; i < WRITES; i++) {
    uint64_t *copy = copies[random_next(&random) % count];
    if (copy) copy[WORDS - 1] = 1;
  }
  figures[WRITE] = (now_us() - copied) / WRITES;
  figures[COPY] = (copied - start) / (double)count;
  figures[REFUSED] = refused_mappings();
  for (size_t i = 0; i < count; i++) {
    figures[WRONG] += copies[i] && memcmp(copies[i], sources[i], CHUNKSIZE - sizeof(uint64_t)) != 0;
  }
  figures[WRONG] += original_is_wrong();
  struct chunk_stats stats;
  chunk_get_stats(&stats);
  figures[FALLBACKS] = (double)stats.eager_fallbacks;
  figures[MAPPINGS] = (double)count_mappings();
}
