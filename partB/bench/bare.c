/* The bare system calls of lazy copying and restoring, for method.c. */
#include <signal.h>
#include <string.h>
#include <sys/mman.h>

#include "bench.h"

enum { SPARES = 2 }; /* few, so that they stay in the processor's cache */

static char *window;            /* the original's frames, and spare ones behind them */
static char *original, *target; /* where frame i is seen, as the i-th chunk, and where its copy goes */
static size_t frames, next_spare;
static size_t written[1000], count_written; /* chunks of the original, since it was restored */

/* Async-signal-safe. */
static void split(int signal_number, siginfo_t *info, void *context) {
  (void)signal_number, (void)context;
  char *address = info->si_addr,
       *block = address - target < (ptrdiff_t)(frames * CHUNKSIZE) && address >= target ? target : original;
  size_t index = (size_t)(address - block) / CHUNKSIZE;
  if (block == original) written[count_written++] = index;
  char *spare = window + (frames + next_spare++ % SPARES) * CHUNKSIZE;
  memcpy(spare, window + index * CHUNKSIZE, CHUNKSIZE);
  char *chunk = block + index * CHUNKSIZE;
  mremap(spare, 0, CHUNKSIZE, MREMAP_MAYMOVE | MREMAP_FIXED, chunk);
  (void)*(volatile char *)chunk; /* a fault for reading maps the pages around it, too */
}

bool bare_alloc(struct block *block, size_t count) {
  struct sigaction action = {.sa_sigaction = split, .sa_flags = SA_SIGINFO};
  sigaction(SIGSEGV, &action, NULL);
  size_t size = count * CHUNKSIZE;
  frames = count;
  window = mmap(NULL, size + SPARES * CHUNKSIZE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  target = mmap(NULL, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (window == MAP_FAILED || target == MAP_FAILED) return false;
  touch(&(struct block){.count = SPARES, .start = window + size});
  original = mremap(window, 0, size, MREMAP_MAYMOVE);
  *block = (struct block){.count = count, .start = original};
  return block->start != MAP_FAILED;
}

bool bare_copy(const struct block *source, struct block *copy) {
  size_t size = source->count * CHUNKSIZE;
  *copy = (struct block){.count = source->count, .start = target + source->first * CHUNKSIZE};
  return mprotect(source->start, size, PROT_READ) == 0 &&
         mremap(source->start, 0, size, MREMAP_MAYMOVE | MREMAP_FIXED, copy->start) != MAP_FAILED;
}

void bare_release(struct block *copy) {
  mmap(copy->start, copy->count * CHUNKSIZE, PROT_NONE,
       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0);
}

void bare_renew(struct block *source) {
  mprotect(source->start, source->count * CHUNKSIZE, PROT_READ | PROT_WRITE);
}

/* What was written is mapped from the copy, one call for each chunk. */
void bare_restore(struct block *source, const struct block *copy) {
  for (; count_written > 0; count_written--) {
    size_t offset = written[count_written - 1] * CHUNKSIZE;
    mremap(copy->start + offset, 0, CHUNKSIZE, MREMAP_MAYMOVE | MREMAP_FIXED, source->start + offset);
  }
}
