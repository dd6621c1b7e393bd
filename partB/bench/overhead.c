/* Scenarios about what the library takes for itself: memory for its records, and
 * time for chunks that are not even touched. */
#include <sys/mman.h>

#include "report.h"
#include "scenarios.h"

/* --- records: what the library needs for itself --- */

/* All memory but the frames, for each chunk of address space in use. */
static double bytes_per_chunk(long long before, double chunks) {
  struct chunk_stats stats;
  chunk_get_stats(&stats);
  double frames = (double)(stats.frames_in_use + stats.frames_cached) * CHUNKSIZE;
  return ((double)(memory_in_use(0) - before) - frames) / chunks;
}

enum { WHOLE_COPIES = 63, SINGLE_COPIES = 30000 };

static void measure_block_records(const struct racer *racer, double *figures) {
  struct block copies[WHOLE_COPIES];
  long long before = memory_in_use(0);
  prepare_original(racer);
  for (int i = 0; i < WHOLE_COPIES; i++) copies[i] = need_copy(racer, original);
  double chunks = (double)(WHOLE_COPIES + 1) * (double)racer->chunks;
  figures[0] = bytes_per_chunk(before, chunks);
  for (size_t i = 0; i < WHOLE_COPIES * racer->chunks; i += 64) {
    time_write(chunk_at(&copies[i / racer->chunks], i % racer->chunks));
  }
  figures[1] = bytes_per_chunk(before, chunks);
}

static void measure_single_records(const struct racer *racer, double *figures) {
  uint64_t random = 1;
  long long before = memory_in_use(0);
  prepare_original(racer);
  for (int i = 0; i < SINGLE_COPIES; i++) {
    need_copy(racer, part(&original, random_next(&random) % racer->chunks, 1));
  }
  figures[0] = bytes_per_chunk(before, SINGLE_COPIES + (double)racer->chunks);
}

void scenario_records(void) {
  struct racer racers[] = {
      {.name = "63 copies of 128 MiB", .lap = measure_block_records, .method = &lazy, .chunks = 2048},
      {.name = "30000 copies of single chunks",
       .lap = measure_single_records,
       .method = &lazy,
       .chunks = 2048},
  };
  if (!fits(1e9)) return;
  race(racers, 2, 1, APART);
  report_figures(racers, 2, 0, BYTES, 0);
  report_figure("63 copies; one chunk in 64 written", racers[0].figures[1], BYTES, 0);
  bar_figure_at_most("the library's own memory: blocks", racers[0].figures[0].median, 32, BYTES);
  bar_figure_at_most("... blocks with some chunks written", racers[0].figures[1].median, 32, BYTES);
  bar_figure_at_most("... single chunks", racers[1].figures[0].median, 32, BYTES);
}

/* --- alloc-free: memory not touched --- */

enum { CHUNKS = 2000 };

static void allocate_and_free(const struct racer *racer, double *figures) {
  static void *chunks[CHUNKS];
  double start = now_us();
  for (size_t i = 0; i < racer->chunks; i++) chunks[i] = chunk_alloc();
  double middle = now_us();
  for (size_t i = 0; i < racer->chunks; i++) chunk_free(chunks[i]);
  figures[0] = (middle - start) / (double)racer->chunks;
  figures[1] = (now_us() - middle) / (double)racer->chunks;
}

/* The system calls of the same: what is mapped without access is opened, and closed
 * again. */
static void open_and_close(const struct racer *racer, double *figures) {
  size_t size = racer->chunks * CHUNKSIZE;
  char *chunks = mmap(NULL, size, PROT_NONE, MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (chunks == MAP_FAILED || madvise(chunks, size, MADV_DONTDUMP) != 0) drop_out("no memory");
  double start = now_us();
  for (size_t i = 0; i < size; i += CHUNKSIZE) {
    mprotect(chunks + i, CHUNKSIZE, PROT_READ | PROT_WRITE);
    madvise(chunks + i, CHUNKSIZE, MADV_DODUMP);
  }
  double middle = now_us();
  for (size_t i = 0; i < size; i += CHUNKSIZE) mprotect(chunks + i, CHUNKSIZE, PROT_NONE);
  figures[0] = (middle - start) / (double)racer->chunks;
  figures[1] = (now_us() - middle) / (double)racer->chunks;
  munmap(chunks, size);
}

void scenario_alloc_free(void) {
  struct racer racers[] = {
      {.name = "chunk_alloc", .lap = allocate_and_free, .chunks = CHUNKS},
      {.name = "the bare system calls of chunk_alloc", .lap = open_and_close, .chunks = CHUNKS},
  };
  race(racers, 2, quick_or(3, 15), TOGETHER);
  report_figures(racers, 2, 0, TIME_US, CHUNKSIZE);
  report_figure("chunk_free", racers[0].figures[1], TIME_US, CHUNKSIZE);
  report_figure("the bare system call of chunk_free", racers[1].figures[1], TIME_US, CHUNKSIZE);
  bar_figure_at_most("chunk_alloc", racers[0].figures[0].median, 8, TIME_US);
  bar_figure_at_most("chunk_free", racers[0].figures[1].median, 8, TIME_US);
}
