/* A lap with very many copies: what they cost, and whether the values are right. */
#include "../measure/maps.h"
#include "bench.h"

enum { WORDS = CHUNKSIZE / sizeof(uint64_t) };

static uint64_t *original; /* random words, so that one in the wrong place is seen */

void prepare_random(const struct racer *racer) {
  uint64_t random = 0;
  original = chunks_alloc(racer->plan->chunks);
  if (!original) drop_out("no original");
  fill_random(original, racer->plan->chunks * CHUNKSIZE, &random);
}

/* To each word that is written, the copy's number is added. */
void lap_many(const struct racer *racer, double *figures) {
  size_t count = racer->plan->copies, words = racer->plan->chunks * WORDS, writes = (size_t)racer->x;
  uint64_t random = 1, *copies[count];
  double start = now_us();
  for (size_t i = 0; i < count; i++) {
    copies[i] = chunks_copy_lazy(original, racer->plan->chunks);
    if (!copies[i]) drop_out("no copy");
  }
  double copied = now_us();
  for (size_t n = 0; n < writes; n++) {
    uint64_t bits = random_next(&random);
    size_t i = bits % count, word = (bits >> 20) % words;
    copies[i][word] = original[word] + i;
  }
  figures[WRITE] = (now_us() - copied) / racer->x;
  figures[COPY] = copied - start;
  figures[MAPPINGS] = (double)count_mappings();
  figures[LIMIT] = (double)mapping_limit();
  figures[MEMORY] = (double)memory_in_use(0);
  random = 1;
  for (size_t n = 0; n < writes; n++) { /* what was written, and its neighbours */
    uint64_t bits = random_next(&random);
    size_t i = bits % count, word = (bits >> 20) % words;
    figures[WRONG] += copies[i][word] != original[word] + i || copies[i][word ^ 1] != original[word ^ 1];
  }
  for (size_t i = 0; i < count; i++) /* what was not */
    figures[WRONG] += copies[i][words - 1] != original[words - 1];
  random = 0;
  for (size_t i = 0; i < words; i++) figures[WRONG] += original[i] != random_next(&random);
}
