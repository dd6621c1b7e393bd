/* Laps with very many copies: what they cost, and whether the values are right. */
#include <string.h>
#include <sys/mman.h>

#include "../harness/maps.h"
#include "laps.h"

enum { WORDS = CHUNKSIZE / sizeof(uint64_t) };

/* --- 64 copies of a block, and first writes all over them --- */

enum { BLOCK_COPIES = 64 };

static uint64_t *numbers; /* the original */
static size_t number_count;

/* Different for all places, so that a word in the wrong place is seen. */
static uint64_t number_at(size_t place) {
  uint64_t state = place;
  return random_next(&state);
}

void prepare_numbered(const struct racer *racer) {
  number_count = racer->chunks * WORDS;
  numbers = chunks_alloc(racer->chunks);
  if (!numbers) drop_out("no original");
  for (size_t i = 0; i < number_count; i++) numbers[i] = number_at(i);
}

/* The next place that is written, and how its number changes. */
struct place {
  size_t copy, word;
  uint64_t change;
};

static struct place next_place(uint64_t *random) {
  uint64_t bits = random_next(random);
  size_t copy = bits % BLOCK_COPIES;
  return (struct place){copy, (bits >> 8) % number_count, copy + 1};
}

/* Words that are wrong: in every chunk that was written, the rest of it included, and in
 * all of the original. */
static size_t count_wrong(uint64_t *const *copies, size_t writes) {
  uint64_t random = 1;
  size_t wrong = 0;
  for (size_t n = 0; n < writes; n++) {
    struct place place = next_place(&random);
    const uint64_t *copy = copies[place.copy];
    wrong += copy[place.word] != (number_at(place.word) ^ place.change);
    size_t first = place.word - place.word % WORDS;
    for (size_t i = first; i < first + WORDS; i++) {
      uint64_t difference = copy[i] ^ number_at(i);
      wrong += difference != 0 && difference != place.change;
    }
  }
  for (size_t i = 0; i < number_count; i++) wrong += numbers[i] != number_at(i);
  return wrong;
}

void lap_million(const struct racer *racer, double *figures) {
  size_t writes = (size_t)racer->x;
  uint64_t *copies[BLOCK_COPIES], random = 1;
  double start = now_us();
  for (int i = 0; i < BLOCK_COPIES; i++) {
    copies[i] = chunks_copy_lazy(numbers, racer->chunks);
    if (!copies[i]) drop_out("no copy");
  }
  double copied = now_us();
  for (size_t n = 0; n < writes; n++) {
    struct place place = next_place(&random);
    *(volatile uint64_t *)&copies[place.copy][place.word] = number_at(place.word) ^ place.change;
  }
  figures[COPY] = copied - start;
  figures[WRITE] = (now_us() - copied) / racer->x;
  figures[MAPPINGS] = (double)count_mappings();
  figures[LIMIT] = (double)mapping_limit();
  figures[WRONG] = (double)count_wrong(copies, writes);
  figures[MEMORY] = (double)memory_in_use(0);
}

/* --- Copies in random order, more than there are mappings --- */

/* Can the rest of the program still map memory? Neighbours must not merge. */
static int refused_mappings(void) {
  enum { FOREIGN_MAPPINGS = 64 };
  int refused = 0;
  for (int i = 0; i < FOREIGN_MAPPINGS; i++) {
    refused += mmap(NULL, 4 * CHUNKSIZE, i % 2 ? PROT_READ : PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) ==
               MAP_FAILED;
  }
  return refused;
}

void lap_scattered(const struct racer *racer, double *figures) {
  enum { WRITES = 2000 };
  size_t count = (size_t)racer->x;
  struct {
    char *copy, *source;
  } pairs[count];
  char *originals = chunks_alloc(racer->chunks);
  if (!originals) drop_out("no originals");
  uint64_t random = 1;
  fill_random(originals, racer->chunks * CHUNKSIZE, &random);
  double start = now_us();
  for (size_t i = 0; i < count; i++) {
    pairs[i].source = originals + random_next(&random) % racer->chunks * CHUNKSIZE;
    pairs[i].copy = chunk_copy_lazy(pairs[i].source);
    figures[FAILED] += pairs[i].copy == NULL;
  }
  double copied = now_us();
  for (int i = 0; i < WRITES; i++) {
    char *copy = pairs[random_next(&random) % count].copy;
    if (copy) copy[CHUNKSIZE - 1] = 1;
  }
  figures[WRITE] = (now_us() - copied) / WRITES;
  figures[COPY] = (copied - start) / (double)count;
  figures[REFUSED] = refused_mappings();
  for (size_t i = 0; i < count; i++) {
    if (!pairs[i].copy) continue;
    figures[WRONG] += memcmp(pairs[i].copy, pairs[i].source, CHUNKSIZE - 1) != 0;
  }
  struct chunk_stats stats;
  chunk_get_stats(&stats);
  figures[FALLBACKS] = (double)stats.eager_fallbacks;
  figures[MAPPINGS] = (double)count_mappings();
}
