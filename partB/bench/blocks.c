/* Scenarios about blocks of many chunks, copied as one. */
#include <stdlib.h>

#include "report.h"
#include "scenarios.h"

/* --- snapshots: keep working on the original, and keep the last copy only --- */

enum { SNAPSHOTS = 20 };

static void take_snapshots(const struct racer *racer, double *figures) {
  uint64_t random = 1;
  size_t writes = racer->chunks / 4;
  double writing = 0;
  struct block snapshot = {0};
  for (int i = 0; i < SNAPSHOTS; i++) {
    if (i > 0) racer->method->release(&snapshot);
    snapshot = need_copy(racer, original);
    for (size_t k = 0; k < writes; k++) {
      uint64_t bits = random_next(&random);
      writing += time_write(chunk_at(&original, bits % original.count) + (bits >> 40) % CHUNKSIZE);
    }
  }
  figures[1] = (double)count_mappings();
  racer->method->release(&snapshot);
  figures[0] = (double)count_mappings();
  double start = now_us();
  need_copy(racer, original);
  figures[2] = now_us() - start;
  figures[3] = writing / (double)(SNAPSHOTS * writes);
}

void scenario_snapshots(void) {
  struct racer racer = {.name = "mappings, last copy freed",
                        .prepare = prepare_original,
                        .lap = take_snapshots,
                        .method = &lazy,
                        .chunks = quick_or(2000, 8000)};
  if (!fits(2.2 * CHUNKSIZE * (double)racer.chunks)) return;
  if (quick) note("quick: 2000 chunks and 500 writes");
  race(&racer, 1, quick_or(1, 5), APART);
  report_figures(&racer, 1, 0, COUNT, SNAPSHOTS);
  report_figure("mappings, last copy live", racer.figures[1], COUNT, SNAPSHOTS);
  report_figure("the next copy", racer.figures[2], TIME_US, SNAPSHOTS);
  report_figure("a write, on average", racer.figures[3], TIME_US, SNAPSHOTS);
  bar_figure_at_most("mappings after 20 snapshots", racer.figures[0].median, 3999, COUNT);
  bar_figure_at_most("the next copy of 8000 chunks", racer.figures[2].median, 15e3, TIME_US);
}

/* --- gigabyte: copy all of it --- */

static void copy_block(const struct racer *racer, double *figures) {
  double start = now_us();
  struct block copy = need_copy(racer, original);
  figures[0] = now_us() - start;
  racer->method->release(&copy);
  rewrite_original(racer);
}

static void copy_block_twice(const struct racer *racer, double *figures) {
  double start = now_us();
  struct block first = need_copy(racer, original);
  double middle = now_us();
  struct block second = need_copy(racer, original);
  figures[1] = now_us() - middle;
  figures[0] = middle - start;
  racer->method->release(&first);
  racer->method->release(&second);
  rewrite_original(racer);
}

void scenario_gigabyte(void) {
  struct racer racers[] = {
      {.name = "lazy", .lap = copy_block_twice, .method = &lazy},
      {.name = "memcpy, fresh memory", .lap = copy_block, .method = &eager},
      {.name = "memcpy, warm memory", .lap = copy_block, .method = &eager_warm},
      {.name = "fork", .lap = copy_block, .method = &forked},
      {.name = "kernel", .lap = copy_block, .method = &kernel},
      {.name = "bare: mprotect and mremap", .lap = copy_block, .method = &bare},
  };
  enum { LAZY, EAGER, WARM, FORK, KERNEL, BARE, COUNT_OF };
  size_t chunks = quick_or(1024, 16384);
  double size = (double)chunks * CHUNKSIZE;
  if (!fits(9 * size)) return;
  if (quick) note("quick: 64 MiB instead of 1 GiB");
  for (int i = 0; i < COUNT_OF; i++) {
    racers[i].prepare = prepare_original;
    racers[i].chunks = chunks;
  }
  race(racers, COUNT_OF, quick_or(3, 7), TOGETHER);
  report_figures(racers, COUNT_OF, 0, TIME_US, size);
  report_figure("lazy: second copy; nothing written", racers[LAZY].figures[1], TIME_US, size);
  bar_at_least("memcpy to fresh memory / lazy copy", ratio(&racers[EAGER], &racers[LAZY], 0), 40);
  bar_at_least("memcpy to warm memory / lazy copy", ratio(&racers[WARM], &racers[LAZY], 0), 6);
  bar_at_least("fork / lazy copy", ratio(&racers[FORK], &racers[LAZY], 0), 1);
  bar_at_least("memcpy to fresh memory / second lazy copy",
               racers[EAGER].figures[0].median / racers[LAZY].figures[1].median, 3000);
}
