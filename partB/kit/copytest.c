/* Copies chunks eagerly and lazily, writes the same bytes to both, compares them,
 * and tells what each way took:
 *
 *   copytest [CHUNKS]
 *
 * Exit status 0 if the values match, 1 if not, 2 for a bad argument. Change it as
 * you like: the checks of `make check` are programs of their own. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lazycopy.h"

enum { PAGE = 4096, MOST_CHUNKS = 20000, WRITES_PER_CHUNK = 2 };

static unsigned char **originals, **eager, **lazy;
static size_t chunks = 500;

static double now_ms(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return 1e3 * (double)now.tv_sec + (double)now.tv_nsec / 1e6;
}

static unsigned char *need(void *chunk, const char *function) {
  if (chunk) return chunk;
  fprintf(stderr, "copytest: %s returned NULL (%s)\n", function, strerror(errno));
  exit(1);
}

static void make_originals(void) {
  for (size_t i = 0; i < chunks; i++) {
    originals[i] = need(chunk_alloc(), "chunk_alloc");
    for (size_t offset = 0; offset < CHUNKSIZE; offset++)
      originals[i][offset] = (unsigned char)(offset * 7 + offset / PAGE + i);
  }
}

/* In turns, as whoever goes first has to bring the original near. */
static void time_copies(double *eager_ms, double *lazy_ms) {
  for (size_t i = 0; i < 2 * chunks; i++) {
    size_t chunk = i / 2;
    double start = now_ms();
    if ((i + chunk) % 2 == 0) {
      eager[chunk] = need(chunk_copy_eager(originals[chunk]), "chunk_copy_eager");
      *eager_ms += now_ms() - start;
    } else {
      lazy[chunk] = need(chunk_copy_lazy(originals[chunk]), "chunk_copy_lazy");
      *lazy_ms += now_ms() - start;
    }
  }
}

/* A byte of each page, of all chunks. */
static double time_reads(unsigned char *const *copies) {
  double start = now_ms();
  for (size_t i = 0; i < chunks; i++) {
    for (size_t offset = 0; offset < CHUNKSIZE; offset += PAGE)
      (void)*(volatile unsigned char *)&copies[i][offset];
  }
  return now_ms() - start;
}

/* Single bytes here and there, the same ones whenever the seed is the same. */
static double time_writes(unsigned char *const *copies, unsigned seed) {
  srand(seed);
  double start = now_ms();
  for (size_t i = 0; i < WRITES_PER_CHUNK * chunks; i++) {
    size_t chunk = (size_t)rand() % chunks;
    copies[chunk][rand() % CHUNKSIZE] = (unsigned char)rand();
  }
  return now_ms() - start;
}

static void compare(const char *when) {
  for (size_t i = 0; i < chunks; i++) {
    if (memcmp(eager[i], lazy[i], CHUNKSIZE) == 0) continue;
    size_t offset = 0;
    while (eager[i][offset] == lazy[i][offset]) offset++;
    printf("WRONG %s: copy %zu, offset %zu: the eager copy has 0x%02x, the lazy one 0x%02x\n", when, i,
           offset, eager[i][offset], lazy[i][offset]);
    exit(1);
  }
}

static void *array(void) {
  return need(calloc(chunks, sizeof(unsigned char *)), "calloc");
}

static void show_row(const char *what, double eager_ms, double lazy_ms) {
  printf("%-8s %8.2f ms %8.2f ms\n", what, eager_ms, lazy_ms);
}

int main(int count, char **arguments) {
  char *end = "";
  if (count > 1) chunks = strtoul(arguments[1], &end, 10);
  if (count > 2 || *end || chunks < 1 || chunks > MOST_CHUNKS) {
    fprintf(stderr, "copytest: %s: how many chunks? A number from 1 to %d\n", arguments[count - 1],
            MOST_CHUNKS);
    return 2;
  }
  originals = array();
  eager = array();
  lazy = array();
  chunk_startup();
  make_originals();
  printf("%zu chunks of %d KiB\n\n            eager        lazy\n", chunks, CHUNKSIZE / 1024);
  double eager_ms = 0, lazy_ms = 0;
  time_copies(&eager_ms, &lazy_ms);
  show_row("copy", eager_ms, lazy_ms);
  eager_ms = time_reads(eager), lazy_ms = time_reads(lazy);
  show_row("read", eager_ms, lazy_ms);
  compare("after copying");
  eager_ms = time_writes(eager, 1), lazy_ms = time_writes(lazy, 1);
  show_row("write", eager_ms, lazy_ms);
  compare("after writes to the copies");
  time_writes(originals, 2);
  compare("after writes to the originals");
  printf("\nOK: the values match\n");
}
