/* A lap with very many copies: what they cost, and whether the values are right. */
#include <sys/mman.h>

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

/* A few copies of all of the original, or many of single chunks. To each word that is written,
 * the copy's number is added. */
void lap_many(const struct racer *racer, double *figures) {
  enum { FEW = 100 };
  size_t count = racer->plan->copies, each = count < FEW ? racer->plan->chunks : 1, writes = (size_t)racer->x;
  uint64_t random = 1, *sources[count], *copies[count];
  double start = now_us();
  for (size_t i = 0; i < count; i++) {
    sources[i] = original + random_next(&random) % (racer->plan->chunks - each + 1) * WORDS;
    copies[i] = chunks_copy_lazy(sources[i], each);
    figures[FAILED] += copies[i] == NULL;
  }
  double copied = now_us();
  uint64_t places = random;
  for (size_t n = 0; n < writes; n++) {
    uint64_t bits = random_next(&random);
    size_t i = bits % count, word = (bits >> 20) % (each * WORDS);
    if (copies[i]) copies[i][word] = sources[i][word] + i;
  }
  figures[WRITE] = (now_us() - copied) / racer->x;
  figures[COPY] = (copied - start) / (count < FEW ? 1 : (double)count);
  figures[MAPPINGS] = (double)count_mappings();
  figures[LIMIT] = (double)mapping_limit();
  for (int i = 0; i < 64; i++) { /* can the rest of the program still map memory? Neighbours must not merge */
    int rights = i % 2 ? PROT_READ : PROT_NONE;
    figures[REFUSED] += mmap(NULL, CHUNKSIZE, rights, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED;
  }
  figures[MEMORY] = (double)memory_in_use(0);
  struct chunk_stats stats;
  chunk_get_stats(&stats);
  figures[FALLBACKS] = (double)stats.eager_fallbacks;
  for (size_t n = 0; n < writes; n++) { /* what was written, and its neighbours */
    uint64_t bits = random_next(&places);
    size_t i = bits % count, word = (bits >> 20) % (each * WORDS);
    if (!copies[i]) continue;
    figures[WRONG] += copies[i][word] != sources[i][word] + i || copies[i][word ^ 1] != sources[i][word ^ 1];
  }
  for (size_t i = 0; i < count; i++) /* what was not */
    figures[WRONG] += copies[i] && copies[i][each * WORDS - 1] != sources[i][each * WORDS - 1];
  random = 0;
  for (size_t i = 0; i < racer->plan->chunks * WORDS; i++)
    figures[WRONG] += original[i] != random_next(&random);
}
