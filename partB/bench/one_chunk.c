/* Scenarios about single chunks: copying one, and writing to it. */
#include <string.h>
#include <sys/mman.h>

#include "report.h"
#include "scenarios.h"

enum { CHUNKS = 2000, TABLE = 512, PER_LAP = 200 };

static struct block copies[CHUNKS];

/* --- The handout's eager copy, as a method --- */

static bool eager_shared_copy(const struct block *source, struct block *copy) {
  *copy = (struct block){.count = 1, .start = handout_copy_eager(chunk_at(source, 0))};
  return copy->start;
}

static void eager_shared_release(struct block *copy) {
  munmap(copy->start, CHUNKSIZE);
}

static void nothing_to_renew(struct block *source) {
  (void)source;
}

/* --- Laps --- */

/* Time per copy, one chunk after another. */
static void copy_each(const struct racer *racer, double *figures) {
  double start = now_us();
  for (size_t i = 0; i < racer->chunks; i++) copies[i] = need_copy(racer, part(&original, i, 1));
  figures[0] = (now_us() - start) / (double)racer->chunks;
  for (size_t i = 0; i < racer->chunks; i++) racer->method->release(&copies[i]);
  rewrite_original(racer);
}

/* Time per write of one byte; copied before and freed after it. */
static void write_byte_each(const struct racer *racer, double *figures) {
  double total = 0;
  for (size_t i = 0; i < racer->chunks; i++) {
    struct block copy = need_copy(racer, part(&original, i, 1));
    total += time_write(chunk_at(&copy, 0) + i * 4099 % CHUNKSIZE);
    racer->method->release(&copy);
  }
  figures[0] = total / (double)racer->chunks;
}

/* Time per write of a whole chunk; copied before and freed after it. */
static void write_chunk_each(const struct racer *racer, double *figures) {
  double total = 0;
  for (size_t i = 0; i < racer->chunks; i++) {
    struct block copy = need_copy(racer, part(&original, i, 1));
    double start = now_us();
    memset(chunk_at(&copy, 0), (int)i, CHUNKSIZE);
    __asm__ volatile("" : : : "memory");
    total += now_us() - start;
    racer->method->release(&copy);
  }
  figures[0] = total / (double)racer->chunks;
}

/* Time per first write to a copy, and to the original after it, when nothing
 * is ever freed, so that no frame can be used a second time. */
static void write_fresh(const struct racer *racer, double *figures) {
  static size_t next;
  double first = 0, last = 0;
  for (int i = 0; i < PER_LAP; i++, next++) {
    struct block source = part(&original, next % racer->chunks, 1);
    struct block copy = need_copy(racer, source);
    first += time_write(chunk_at(&copy, 0));
    last += time_write(chunk_at(&source, 0));
  }
  figures[0] = first / PER_LAP;
  figures[1] = last / PER_LAP;
}

/* --- Scenarios --- */

void scenario_one_chunk(void) {
  struct method eager_shared = {"", handout.alloc, eager_shared_copy, eager_shared_release, nothing_to_renew};
  struct racer racers[] = {
      {.name = "lazy copy", .method = &lazy},
      {.name = "its two bare system calls", .method = &bare},
      {.name = "handout: lazy copy", .method = &handout},
      {.name = "handout: eager copy", .method = &eager_shared},
      {.name = "kernel: both sides mapped private", .method = &kernel},
  };
  enum { LAZY, BARE, HANDOUT, EAGER, KERNEL, COUNT_OF };
  for (int i = 0; i < COUNT_OF; i++) {
    racers[i].prepare = prepare_original;
    racers[i].lap = copy_each;
    racers[i].chunks = quick_or(100, CHUNKS);
  }
  race(racers, COUNT_OF, quick_or(3, 30), TOGETHER);
  report_figures(racers, COUNT_OF, 0, TIME_US, CHUNKSIZE);
  bar_at_least("handout's eager copy / lazy copy of a written chunk", ratio(&racers[EAGER], &racers[LAZY], 0),
               5);
  bar_at_most("lazy copy / its two bare system calls", ratio(&racers[LAZY], &racers[BARE], 0), 1.25);
  bar_at_most("lazy copy / kernel's copy-on-write", ratio(&racers[LAZY], &racers[KERNEL], 0), 0.85);
}

void scenario_first_write(void) {
  struct racer racers[] = {
      {.name = "lazy", .lap = write_byte_each, .method = &lazy},
      {.name = "handout", .lap = write_byte_each, .method = &handout},
      {.name = "kernel (4 KiB only)", .lap = write_byte_each, .method = &kernel},
      {.name = "its floor: signal, memcpy, mremap, read", .lap = write_byte_each, .method = &bare},
  };
  enum { LAZY, HANDOUT, KERNEL, BARE, COUNT_OF };
  for (int i = 0; i < COUNT_OF; i++) {
    racers[i].prepare = prepare_original;
    racers[i].chunks = quick_or(64, TABLE);
  }
  race(racers, COUNT_OF, quick_or(3, 30), TOGETHER);
  report_figures(racers, COUNT_OF, 0, TIME_US, CHUNKSIZE);
  bar_at_least("handout's first write / lazy's", ratio(&racers[HANDOUT], &racers[LAZY], 0), 3);
  bar_at_most("lazy's first write / its floor", ratio(&racers[LAZY], &racers[BARE], 0), 1.15);
}

void scenario_whole_chunk(void) {
  struct racer racers[] = {
      {.name = "lazy", .method = &lazy},
      {.name = "kernel", .method = &kernel},
      {.name = "handout", .method = &handout},
      {.name = "bare", .method = &bare},
  };
  for (int i = 0; i < 4; i++) {
    racers[i].prepare = prepare_original;
    racers[i].lap = write_chunk_each;
    racers[i].chunks = quick_or(64, TABLE);
  }
  race(racers, 4, quick_or(3, 30), TOGETHER);
  report_figures(racers, 4, 0, TIME_US, CHUNKSIZE);
  bar_at_most("lazy's write of a whole chunk / kernel's", ratio(&racers[0], &racers[1], 0), 0.6);
}

void scenario_fresh_frames(void) {
  struct racer racers[] = {
      {.name = "lazy: first write", .method = &lazy},
      {.name = "handout: first write", .method = &handout},
  };
  for (int i = 0; i < 2; i++) {
    racers[i].prepare = prepare_original;
    racers[i].lap = write_fresh;
    racers[i].chunks = CHUNKS;
  }
  race(racers, 2, quick_or(3, 15), TOGETHER);
  report_figures(racers, 2, 0, TIME_US, CHUNKSIZE);
  bar_at_most("lazy's first write / handout's", ratio(&racers[0], &racers[1], 0), 1);
  report_figure("lazy: write by the last sharer", racers[0].figures[1], TIME_US, CHUNKSIZE);
  report_figure("handout: write by the last sharer", racers[1].figures[1], TIME_US, CHUNKSIZE);
  bar_at_most("lazy's write by the last sharer / its first write",
              racers[0].figures[1].median / racers[0].figures[0].median, 0.2);
}
