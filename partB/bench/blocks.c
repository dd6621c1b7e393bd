/* Scenarios about blocks of many chunks, copied as one. */
#include "../harness/maps.h"
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
  bar_figure_at_most("the next copy of 8000 chunks", racer.figures[2].median, 30e3, TIME_US);
}

/* --- gigabyte: copy all of it --- */

enum { FIRST, SECOND, AGAIN };

static double time_copy(const struct racer *racer, struct block *copy) {
  double start = now_us();
  *copy = need_copy(racer, original);
  return now_us() - start;
}

static void copy_block(const struct racer *racer, double *figures) {
  struct block first, second;
  figures[FIRST] = time_copy(racer, &first);
  figures[SECOND] = time_copy(racer, &second);
  racer->method->release(&first);
  racer->method->release(&second);
  rewrite_original(racer);
  figures[AGAIN] = time_copy(racer, &first);
}

void scenario_gigabyte(void) {
  struct racer racers[] = {
      {.name = "lazy", .method = &lazy},
      {.name = "memcpy, fresh memory", .method = &eager},
      {.name = "memcpy, warm memory", .method = &eager_warm},
      {.name = "fork", .method = &forked},
      {.name = "kernel", .method = &kernel},
      {.name = "bare: mprotect and mremap", .method = &bare},
  };
  enum { LAZY, EAGER, WARM, FORK, KERNEL, BARE, COUNT_OF };
  size_t chunks = quick_or(1024, 16384);
  double size = (double)chunks * CHUNKSIZE;
  if (!fits(3.2 * size)) return;
  if (quick) note("quick: 64 MiB instead of 1 GiB");
  for (int i = 0; i < COUNT_OF; i++) {
    racers[i].prepare = prepare_original;
    racers[i].lap = copy_block;
    racers[i].chunks = chunks;
  }
  race(racers, COUNT_OF, quick_or(3, 5), APART);
  begin_part("first copy");
  report_figures(racers, COUNT_OF, FIRST, TIME_US, size);
  begin_part("second copy; nothing written since");
  report_figures(racers, COUNT_OF, SECOND, TIME_US, size);
  begin_part("copied again; every page of the original written since");
  report_figures(racers, COUNT_OF, AGAIN, TIME_US, size);
  bar_at_most("lazy copy / bare mprotect and mremap", ratio(&racers[LAZY], &racers[BARE], FIRST), 1.1);
  bar_at_most("lazy copy / fork", ratio(&racers[LAZY], &racers[FORK], FIRST), 1.1);
  bar_at_most("lazy copy again / bare mprotect and mremap", ratio(&racers[LAZY], &racers[BARE], AGAIN), 1.1);
  bar_at_most("lazy copy again / fork", ratio(&racers[LAZY], &racers[FORK], AGAIN), 1.1);
  bar_at_least("memcpy to fresh memory / second lazy copy",
               racers[EAGER].figures[FIRST].median / racers[LAZY].figures[SECOND].median, 3000);
}
