/* Requirement 3: lazy copying is faster than eager, for chunks that are only read, and it
 * takes no memory. */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../measure/maps.h"
#include "../measure/measure.h"
#include "checks.h"

enum { ROUND_CHUNKS = 8, LEAST_ROUNDS = 21, MOST_ROUNDS = 61 };

/* Copies chunks one way and reads the copies. Returns microseconds per chunk. */
static double time_copies(unsigned char *(*copy_way)(void *), unsigned char *const originals[ROUND_CHUNKS]) {
  unsigned char *copies[ROUND_CHUNKS];
  unsigned sum = 0;
  double start = now_us();
  for (size_t i = 0; i < ROUND_CHUNKS; i++) copies[i] = copy_way(originals[i]);
  for (size_t i = 0; i < ROUND_CHUNKS; i++) {
    for (size_t page = 0; page < SMALL_PAGES; page++) sum += copies[i][page * SMALL_PAGE + 9];
  }
  double time = now_us() - start;
  for (size_t i = 0; i < ROUND_CHUNKS; i++) {
    for (size_t page = 0; page < SMALL_PAGES; page++) sum -= originals[i][page * SMALL_PAGE + 9];
  }
  if (sum != 0) fail("copies that were only read are not as their originals");
  return time / ROUND_CHUNKS;
}

struct ways {
  unsigned char *(*alloc)(void), *(*copy_lazy)(void *), *(*copy_eager)(void *);
};

struct timing {
  double lazy[MOST_ROUNDS], eager[MOST_ROUNDS], ratio[MOST_ROUNDS];
};

static void time_round(const struct ways *ways, struct timing *timing, size_t round) {
  unsigned char *originals[ROUND_CHUNKS];
  for (unsigned i = 0; i < ROUND_CHUNKS; i++) {
    originals[i] = ways->alloc();
    fill(originals[i], i);
  }
  bool lazy_first = round % 2;
  if (lazy_first) timing->lazy[round] = time_copies(ways->copy_lazy, originals);
  timing->eager[round] = time_copies(ways->copy_eager, originals);
  if (!lazy_first) timing->lazy[round] = time_copies(ways->copy_lazy, originals);
  timing->ratio[round] = timing->eager[round] / timing->lazy[round];
}

static int compare_doubles(const void *left, const void *right) {
  double a = *(const double *)left, b = *(const double *)right;
  return (a > b) - (a < b);
}

/* Bounds that hold the true median in some 99.9 of 100 cases: the order
 * statistics 1.65 roots of the count away from the middle. */
static void bound_median(const double *values, size_t count, double *low, double *high) {
  double sorted[MOST_ROUNDS];
  memcpy(sorted, values, count * sizeof *sorted);
  qsort(sorted, count, sizeof *sorted, compare_doubles);
  size_t away = 0;
  while ((double)(away * away) < 1.65 * 1.65 * (double)count) away++;
  size_t middle = count / 2;
  *low = sorted[away < middle ? middle - away : 0];
  *high = sorted[away < middle ? middle + away : count - 1];
}

/* What the kernel takes for the two ways, with no library around them. Students read
 * this file: instead of copying lazily, it makes as many calls about a mapping as that
 * takes at least, after which reading costs what reading a new mapping does. */
static unsigned char *bare_alloc(void) {
  void *chunk = mmap(NULL, CHUNKSIZE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (chunk == MAP_FAILED) undecided("there is no memory for a comparison");
  return chunk;
}

static unsigned char *bare_calls(void *chunk) {
  if (mprotect(chunk, CHUNKSIZE, PROT_READ) != 0 || madvise(chunk, CHUNKSIZE, MADV_DONTNEED) != 0 ||
      mprotect(chunk, CHUNKSIZE, PROT_READ | PROT_WRITE) != 0) {
    undecided("this kernel changes no mapping");
  }
  return chunk;
}

static unsigned char *bare_copy_eager(void *chunk) {
  return memcpy(bare_alloc(), chunk, CHUNKSIZE);
}

/* How many times faster lazy copying can be here. */
static double best_ratio(void) {
  static const struct ways bare = {bare_alloc, bare_calls, bare_copy_eager};
  static struct timing timing;
  for (size_t round = 0; round < LEAST_ROUNDS; round++) time_round(&bare, &timing, round);
  return summarize(timing.ratio, LEAST_ROUNDS).median;
}

/* A tenth faster counts as faster: two equal ways never differ by that much in
 * the median, whatever else the machine does. Where even the kernel's calls alone do not
 * win clearly, a library cannot. */
void check_speed(void) {
  static const struct ways library = {new_chunk, lazy_copy, eager_copy};
  static struct timing timing;
  const double faster = 1.1, clearly = 2;
  double low = 0, high = 0;
  size_t rounds = 0;
  lab.startup();
  doing("copied chunks eagerly and lazily, and read the copies");
  while (rounds < MOST_ROUNDS) {
    time_round(&library, &timing, rounds++);
    if (rounds < LEAST_ROUNDS) continue;
    bound_median(timing.ratio, rounds, &low, &high);
    if (low > faster || high < faster) break;
  }
  double lazy = summarize(timing.lazy, rounds).median, eager = summarize(timing.eager, rounds).median;
  double best = low > faster ? 0 : best_ratio();
  if (low <= faster && best < clearly) {
    undecided("on this machine the bare system calls of a lazy copy take %.2f times as long as an eager copy",
              1 / best);
  }
  if (high < faster)
    fail("lazy copying is not a tenth faster than eager: %.1f us against %.1f us", lazy, eager);
  if (low <= faster) {
    undecided("the machine is too noisy: eager takes %.2f to %.2f times as long as lazy", low, high);
  }
  remark("%.1f us against %.1f us for a chunk, copied and read", lazy, eager);
}

/* Can memory be counted here? Half of some pages are touched, by way of two mappings. */
static bool memory_is_counted(void) {
  enum { PAGES = 64, TOUCHED = PAGES / 2, NOISE = PAGES / 8 };
  long page_size = sysconf(_SC_PAGESIZE);
  size_t size = PAGES * (size_t)page_size;
  int file = memfd_create("calibration", MFD_CLOEXEC);
  if (file < 0 || ftruncate(file, (off_t)size) != 0) return false;
  char *first = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  char *second = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  close(file);
  if (first == MAP_FAILED || second == MAP_FAILED) return false;
  long long before = mapped_memory();
  memset(first, 1, size / 2);
  memset(second, 2, size / 2);
  long long pages = (mapped_memory() - before) / page_size;
  return pages >= TOUCHED - NOISE && pages <= TOUCHED + NOISE;
}

enum { MOST_COPIES = 200 };

/* The chunks of memory that so many lazy copies take, read or not, of originals of which so many
 * bytes are used, the last ones. */
static double memory_of_copies(unsigned count, size_t used, bool read) {
  static unsigned char *originals[MOST_COPIES];
  for (unsigned i = 0; i < count; i++) {
    originals[i] = new_chunk();
    memset(originals[i] + CHUNKSIZE - used, (int)i, used);
  }
  long long before = mapped_memory();
  for (unsigned i = 0; i < count; i++) {
    doing("made lazy copy %u%s", i + 1, read ? ", and read it" : "");
    const unsigned char *copy = lazy_copy(originals[i]);
    if (read && copy[CHUNKSIZE - 1] != originals[i][CHUNKSIZE - 1])
      fail("a lazy copy is not as its original");
  }
  return (double)(mapped_memory() - before) / CHUNKSIZE;
}

void check_memory(void) {
  lab.startup();
  if (!memory_is_counted()) undecided("this system does not tell how much memory is in use");
  double taken = memory_of_copies(MOST_COPIES, CHUNKSIZE, true);
  if (taken > MOST_COPIES / 5.0) {
    fail("%d lazy copies that were only read take %.0f chunks of memory: they do not share their originals'",
         MOST_COPIES, taken);
  }
}

void need_sharing(void) {
  enum { COPIES = 40 };
  if (memory_is_counted() && memory_of_copies(COPIES, SMALL_PAGE, false) > COPIES / 2.0)
    fail("lazy copies do not share the memory of their originals, so there is nothing to split");
}
