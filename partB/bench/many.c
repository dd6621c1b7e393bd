/* Scenarios about very many copies: what they cost, and whether the values are
 * right. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "../harness/maps.h"
#include "report.h"
#include "scenarios.h"

enum { WORD = 8, WORDS = CHUNKSIZE / WORD };

static double mapping_limit(void) {
  FILE *file = fopen("/proc/sys/vm/max_map_count", "r");
  double limit = 65530;
  if (file && fscanf(file, "%lf", &limit) != 1) limit = 65530;
  if (file) fclose(file);
  return limit;
}

/* --- live-copies: does it matter how many there are? --- */

enum { SOURCES = 2000, PER_LAP = 500 };

static void prepare_live_copies(const struct racer *racer) {
  size_t live = racer->chunks;
  struct racer table = {.method = racer->method, .chunks = SOURCES};
  prepare_original(&table);
  for (size_t i = 0; i < live; i++) need_copy(racer, part(&original, i % SOURCES, 1));
}

static void copy_and_write(const struct racer *racer, double *figures) {
  static size_t next;
  figures[0] = figures[1] = 0;
  for (int i = 0; i < PER_LAP; i++, next++) {
    double start = now_us();
    struct block copy = need_copy(racer, part(&original, next % SOURCES, 1));
    figures[0] += (now_us() - start) / PER_LAP;
    figures[1] += time_write(chunk_at(&copy, 0)) / PER_LAP;
    racer->method->release(&copy);
  }
}

void scenario_live_copies(void) {
  struct racer racers[] = {
      {.name = "1000 live copies", .chunks = 1000},
      {.name = "30000 live copies", .chunks = 30000},
  };
  for (int i = 0; i < 2; i++) {
    racers[i].prepare = prepare_live_copies;
    racers[i].lap = copy_and_write;
    racers[i].method = &lazy;
  }
  race(racers, 2, quick_or(3, 15), TOGETHER);
  begin_part("copy");
  report_figures(racers, 2, 0, TIME_US, 0);
  begin_part("first write");
  report_figures(racers, 2, 1, TIME_US, 0);
  bar_at_most("copy at 30000 live copies / at 1000", ratio(&racers[1], &racers[0], 0), 1.3);
  bar_at_most("first write at 30000 live copies / at 1000", ratio(&racers[1], &racers[0], 1), 1.3);
}

/* --- million: 64 copies of a GiB, and first writes all over them --- */

enum { BLOCK_COPIES = 64 };

/* The word that is written to a place, and the one that was there: different
 * for all places, so that a word in the wrong place is seen. */
static uint64_t word_for(uint64_t place) {
  return random_next(&place);
}

static void fill_original(const struct racer *racer) {
  if (!racer->method->alloc(&original, racer->chunks)) drop_out("no original");
  uint64_t *words = (uint64_t *)original.start;
  for (size_t i = 0; i < original.count * WORDS; i++) words[i] = word_for(i);
}

/* The n-th place that is written: a copy and a word in it. */
static uint64_t *nth_place(const struct block *copies, uint64_t *random, size_t *copy, size_t *word) {
  uint64_t bits = random_next(random);
  *copy = bits % BLOCK_COPIES;
  *word = (bits >> 8) % (original.count * WORDS);
  return (uint64_t *)copies[*copy].start + *word;
}

static uint64_t written_word(size_t copy, size_t word) {
  return ~word_for((copy + 1) * original.count * WORDS + word);
}

/* Words that are wrong: in every chunk that was written, the rest of it
 * included, and in all of the original. */
static size_t count_wrong(const struct block *copies, size_t writes) {
  uint64_t random = 1;
  size_t wrong = 0, copy, word;
  for (size_t n = 0; n < writes; n++) {
    wrong += *nth_place(copies, &random, &copy, &word) != written_word(copy, word);
    size_t first = word - word % WORDS;
    const uint64_t *chunk = (uint64_t *)copies[copy].start + first;
    for (size_t i = 0; i < WORDS; i++) {
      wrong += chunk[i] != word_for(first + i) && chunk[i] != written_word(copy, first + i);
    }
  }
  const uint64_t *words = (uint64_t *)original.start;
  for (size_t i = 0; i < original.count * WORDS; i++) wrong += words[i] != word_for(i);
  return wrong;
}

static void copy_a_million(const struct racer *racer, double *figures) {
  size_t writes = *(const size_t *)racer->argument, copy, word;
  struct block copies[BLOCK_COPIES];
  double start = now_us();
  for (int i = 0; i < BLOCK_COPIES; i++) copies[i] = need_copy(racer, original);
  figures[0] = now_us() - start;
  uint64_t random = 1;
  start = now_us();
  for (size_t n = 0; n < writes; n++) {
    uint64_t *place = nth_place(copies, &random, &copy, &word);
    *(volatile uint64_t *)place = written_word(copy, word);
  }
  figures[1] = writes ? (now_us() - start) / (double)writes : 0;
  figures[2] = (double)count_mappings();
  figures[3] = writes ? (double)count_wrong(copies, writes) : 0;
  figures[4] = (double)memory_in_use(0);
}

void scenario_million(void) {
  size_t chunks = quick_or(1024, 16384), no_writes = 0, writes = quick_or(2000, 45000);
  struct racer copying = {.name = "all copies made",
                          .prepare = prepare_original,
                          .lap = copy_a_million,
                          .method = &lazy,
                          .chunks = chunks,
                          .argument = &no_writes};
  struct racer writing = copying;
  writing.name = "a first write, on average";
  writing.prepare = fill_original;
  writing.argument = &writes;
  if (!fits(quick ? 1e9 : 12e9)) return;
  if (quick) note("quick: 64 MiB instead of 1 GiB, %zu writes", writes);
  race(&copying, 1, quick_or(3, 5), APART);
  race(&writing, 1, 1, APART);
  report_figures(&copying, 1, 0, TIME_US, BLOCK_COPIES);
  report_figures(&writing, 1, 1, TIME_US, (double)writes);
  report_figure("mappings after them", writing.figures[2], COUNT, (double)writes);
  report_figure("memory after them", writing.figures[4], BYTES, (double)writes);
  bar_figure_at_most("64 copies made", copying.figures[0].median, 60e3, TIME_US);
  bar_figure_at_most("wrong values after random first writes", writing.figures[3].median, 0, COUNT);
  bar_figure_at_most("mappings, of vm.max_map_count", writing.figures[2].median, mapping_limit() - 1, COUNT);
}

/* --- scattered: one-chunk copies in random order, more than there are mappings --- */

enum { SCATTERED_WRITES = 2000, FOREIGN_MAPPINGS = 64 };

/* Can the rest of the program still map memory? Neighbours must not merge. */
static int refused_mappings(void) {
  int refused = 0;
  for (int i = 0; i < FOREIGN_MAPPINGS; i++) {
    refused += mmap(NULL, 4 * CHUNKSIZE, i % 2 ? PROT_READ : PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) ==
               MAP_FAILED;
  }
  return refused;
}

static void copy_scattered(const struct racer *racer, double *figures) {
  size_t count = *(const size_t *)racer->argument;
  char **copies = calloc(count, sizeof *copies);
  uint16_t *sources = calloc(count, sizeof *sources);
  uint64_t random = 1;
  if (!copies || !sources) drop_out("no list");
  double start = now_us();
  for (size_t i = 0; i < count; i++) {
    sources[i] = (uint16_t)(random_next(&random) % racer->chunks);
    copies[i] = chunk_copy_lazy(chunk_at(&original, sources[i]));
    figures[1] += copies[i] == NULL;
  }
  figures[0] = (now_us() - start) / (double)count;
  double writing = 0;
  for (int i = 0; i < SCATTERED_WRITES; i++) {
    char *copy = copies[random_next(&random) % count];
    if (copy) writing += time_write(copy + CHUNKSIZE - 1);
  }
  figures[2] = writing / SCATTERED_WRITES;
  figures[3] = refused_mappings();
  for (size_t i = 0; i < count; i++) {
    if (!copies[i]) continue;
    figures[4] += memcmp(copies[i], chunk_at(&original, sources[i]), CHUNKSIZE - 1) != 0;
  }
  struct chunk_stats stats;
  chunk_get_stats(&stats);
  figures[5] = (double)stats.eager_fallbacks;
  figures[6] = (double)count_mappings();
}

void scenario_scattered(void) {
  size_t count = quick_or(10000, 100000);
  struct racer racer = {.name = "a copy, on average",
                        .prepare = prepare_original,
                        .lap = copy_scattered,
                        .method = &lazy,
                        .chunks = 2000,
                        .argument = &count};
  if (!fits(1.1 * CHUNKSIZE * (double)count)) return;
  if (quick) note("quick: %zu copies instead of 100000", count);
  race(&racer, 1, 1, APART);
  double x = (double)count;
  report_figures(&racer, 1, 0, TIME_US, x);
  report_figure("a first write, on average", racer.figures[2], TIME_US, x);
  report_figure("copied eagerly for lack of mappings", racer.figures[5], COUNT, x);
  report_figure("mappings", racer.figures[6], COUNT, x);
  bar_figure_at_most("copies that failed", racer.figures[1].median, 0, COUNT);
  bar_figure_at_most("copies with wrong values", racer.figures[4].median, 0, COUNT);
  bar_figure_at_most("mmap calls refused to the program", racer.figures[3].median, 0, COUNT);
}
