/* Scenarios that are drawn as curves, with every method in the race. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "../harness/text.h"
#include "report.h"
#include "scenarios.h"

static const struct method *const all_methods[] = {&lazy, &handout, &kernel, &forked, &eager, &eager_warm};
enum { METHODS = sizeof all_methods / sizeof *all_methods };

/* Racers for the first count methods of a list, alike but for the method. */
static void line_up(struct racer *racers, const struct method *const *methods, size_t count,
                    struct racer like) {
  for (size_t i = 0; i < count; i++) {
    racers[i] = like;
    racers[i].method = methods[i];
    racers[i].name = methods[i]->name;
  }
}

/* --- copy-size: time of one copy --- */

/* A copy that is not the first, of an original of which every page was written
 * since the one before. Small blocks are copied several times in a lap. */
static void copy_repeatedly(const struct racer *racer, double *figures) {
  size_t repeats = 256 / racer->chunks + 1;
  double total = 0;
  for (size_t i = 0; i <= repeats; i++) {
    double start = now_us();
    struct block copy = need_copy(racer, original);
    if (i > 0) total += now_us() - start;
    racer->method->release(&copy);
    rewrite_original(racer);
  }
  figures[0] = total / (double)repeats;
}

void scenario_copy_size(void) {
  size_t largest = quick_or(256, 65536);
  struct racer racers[METHODS];
  for (size_t chunks = 1; chunks <= largest; chunks *= 4) {
    double size = (double)chunks * CHUNKSIZE;
    bool large = size > 1e9;
    note("%s", size_text(size).string);
    if (!fits(large ? 2.1 * size : 10 * size)) continue;
    line_up(racers, all_methods, METHODS,
            (struct racer){.prepare = prepare_original, .lap = copy_repeatedly, .chunks = chunks});
    race(racers, METHODS, large ? chunks > 16384 ? 1 : 3 : quick_or(3, 7), large ? APART : TOGETHER);
    report_figures(racers, METHODS, 0, TIME_US, size);
  }
}

/* --- break-even: copy, then write to some of the chunks --- */

/* A chunk's place in an order that looks random and meets every chunk once. */
static size_t shuffled(size_t index, size_t count) {
  return index * 7919 % count; /* a prime, and no count is a multiple of it */
}

static void copy_then_write(const struct racer *racer, double *figures) {
  double percent = *(const double *)racer->argument;
  size_t writes = (size_t)(percent / 100 * (double)racer->chunks + 0.5);
  double start = now_us();
  struct block copy = need_copy(racer, original);
  for (size_t i = 0; i < writes; i++) *(volatile char *)chunk_at(&copy, shuffled(i, racer->chunks)) = 1;
  figures[0] = now_us() - start;
  racer->method->release(&copy);
  rewrite_original(racer);
}

void scenario_break_even(void) {
  static const double percents[] = {0, 1, 2, 5, 10, 20, 35, 50, 75, 100};
  size_t chunks = quick_or(500, 2000);
  struct racer racers[METHODS];
  if (!fits(12.0 * CHUNKSIZE * (double)chunks)) return;
  for (size_t i = 0; i < sizeof percents / sizeof *percents; i += quick_or(3, 1)) {
    note("%g%% of %zu chunks written", percents[i], chunks);
    line_up(
        racers, all_methods, METHODS,
        (struct racer){
            .prepare = prepare_original, .lap = copy_then_write, .chunks = chunks, .argument = &percents[i]});
    race(racers, METHODS, quick_or(1, 5), TOGETHER);
    report_figures(racers, METHODS, 0, TIME_US, percents[i]);
  }
}

/* --- first-write-live: a first write, among more and more live copies --- */

enum { TABLE = 1000, MOST_LIVE = 1000000 };

static struct block live_copies[MOST_LIVE / TABLE];

static void prepare_many_copies(const struct racer *racer) {
  struct racer table = {.method = racer->method, .chunks = racer->chunks < TABLE ? racer->chunks : TABLE};
  prepare_original(&table);
  for (size_t i = 0; i < racer->chunks / table.chunks; i++) live_copies[i] = need_copy(racer, original);
}

static void write_some_copies(const struct racer *racer, double *figures) {
  static size_t next;
  size_t writes = racer->chunks < 2000 ? racer->chunks / 10 : 200;
  figures[0] = 0;
  for (size_t i = 0; i < writes; i++, next++) {
    size_t copy = shuffled(next, racer->chunks);
    figures[0] += time_write(chunk_at(&live_copies[copy / TABLE], copy % TABLE)) / (double)writes;
  }
}

void scenario_first_write_live(void) {
  static const size_t counts[] = {10, 100, 1000, 10000, 30000, 100000, 1000000};
  static const struct method *const methods[] = {&lazy, &handout, &kernel};
  struct racer racers[3];
  size_t points = quick_or(4, sizeof counts / sizeof *counts);
  for (size_t i = 0; i < points; i++) {
    note("%zu live copies of chunks", counts[i]);
    line_up(racers, methods, 3,
            (struct racer){.prepare = prepare_many_copies, .lap = write_some_copies, .chunks = counts[i]});
    race(racers, 3, 7, TOGETHER);
    report_figures(racers, 3, 0, TIME_US, (double)counts[i]);
  }
}

/* --- memory: what copies of a block take, when some chunks are written --- */

enum { WRITTEN_PERCENT = 5, POINTS = 7 };
static const size_t copy_counts[POINTS] = {1, 2, 4, 8, 16, 32, 60};

/* Reads the original first: what the kernel keeps of a file in memory counts when it is mapped. */
static double memory_of_all(const struct block *copies, size_t count) {
  for (size_t i = 0; i < original.count; i++) read_all(chunk_at(&original, i), CHUNKSIZE);
  double total = (double)memory_in_use(0);
  for (size_t i = 0; i < count; i++) {
    if (copies[i].child) total += (double)memory_in_use(copies[i].child);
  }
  return total;
}

static void make_copies(const struct racer *racer, double *figures) {
  struct block copies[60];
  size_t made = 0;
  for (int point = 0; point < POINTS; point++) {
    figures[point] = NAN;
    for (; made < copy_counts[point]; made++) {
      if (!racer->method->copy(&original, &copies[made])) return;
      for (size_t i = 0; i < racer->chunks * WRITTEN_PERCENT / 100; i++) {
        *(volatile char *)chunk_at(&copies[made], shuffled(i + 50 * made, racer->chunks)) = 1;
      }
    }
    figures[point] = memory_of_all(copies, made);
  }
}

void scenario_memory(void) {
  static const struct method *const methods[] = {&lazy, &handout, &kernel, &forked, &eager};
  enum { COUNT_OF = sizeof methods / sizeof *methods };
  struct racer racers[COUNT_OF];
  size_t chunks = quick_or(TABLE / 5, TABLE);
  if (!fits(66.0 * CHUNKSIZE * (double)chunks)) return;
  line_up(racers, methods, COUNT_OF,
          (struct racer){.prepare = prepare_original, .lap = make_copies, .chunks = chunks});
  race(racers, COUNT_OF, 1, APART);
  note("original of %s; one byte written in %d%% of each copy's chunks",
       size_text(CHUNKSIZE * (double)chunks).string, WRITTEN_PERCENT);
  for (int point = 0; point < POINTS; point += (int)quick_or(3, 1)) {
    note("%zu copies", copy_counts[point]);
    for (int i = 0; i < COUNT_OF; i++) {
      if (racers[i].failure[0] || isnan(racers[i].figures[point].median)) {
        note("%-34s %s", racers[i].name,
             racers[i].failure[0] ? racers[i].failure : "no copy: no more mappings");
      } else {
        report_figure(racers[i].name, racers[i].figures[point], BYTES, (double)copy_counts[point]);
      }
    }
  }
}
