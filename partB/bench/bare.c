/* The method "bare": the system calls of lazy copying and the few steps of a
 * split, with no library around them, in the places that are best for them. What
 * the library takes beyond this is its own; below it nobody gets on this machine. */
#include <signal.h>
#include <string.h>
#include <sys/mman.h>

#include "method.h"

enum { SPARES = 2 }; /* few, so that they stay in the processor's cache */

static char *window; /* the original's frames, and spare ones behind them */
static char *target; /* where copies go: the copy of frame i is the i-th chunk here */
static size_t frames, next_spare;

/* Async-signal-safe. */
static void split(int signal_number, siginfo_t *info, void *context) {
  (void)signal_number, (void)context;
  size_t index = (size_t)((char *)info->si_addr - target) / CHUNKSIZE;
  char *spare = window + (frames + next_spare++ % SPARES) * CHUNKSIZE;
  memcpy(spare, window + index * CHUNKSIZE, CHUNKSIZE);
  char *chunk = target + index * CHUNKSIZE;
  mremap(spare, 0, CHUNKSIZE, MREMAP_MAYMOVE | MREMAP_FIXED, chunk);
  (void)*(volatile char *)chunk; /* a fault for reading maps the pages around it, too */
}

static bool bare_alloc(struct block *block, size_t count) {
  struct sigaction action = {.sa_sigaction = split, .sa_flags = SA_SIGINFO};
  sigaction(SIGSEGV, &action, NULL);
  size_t size = count * CHUNKSIZE;
  frames = count;
  window = mmap(NULL, size + SPARES * CHUNKSIZE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  target = mmap(NULL, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (window == MAP_FAILED || target == MAP_FAILED) return false;
  touch(&(struct block){.count = SPARES, .start = window + size});
  *block = (struct block){.count = count, .start = mremap(window, 0, size, MREMAP_MAYMOVE)};
  return block->start != MAP_FAILED;
}

static bool bare_copy(const struct block *source, struct block *copy) {
  size_t size = source->count * CHUNKSIZE;
  *copy = (struct block){.count = source->count, .start = target + source->first * CHUNKSIZE};
  return mprotect(source->start, size, PROT_READ) == 0 &&
         mremap(source->start, 0, size, MREMAP_MAYMOVE | MREMAP_FIXED, copy->start) != MAP_FAILED;
}

static void bare_release(struct block *copy) {
  mmap(copy->start, copy->count * CHUNKSIZE, PROT_NONE,
       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0);
}

static void bare_renew(struct block *source) {
  mprotect(source->start, source->count * CHUNKSIZE, PROT_READ | PROT_WRITE);
}

const struct method bare = {"bare", bare_alloc, bare_copy, bare_release, bare_renew};
