#include "method.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

struct block part(const struct block *block, size_t first, size_t count) {
  struct block result = *block;
  result.count = count;
  result.first += first;
  if (block->start) result.start += first * CHUNKSIZE;
  if (block->chunks) result.chunks += first;
  if (block->spare) result.spare += first * CHUNKSIZE;
  return result;
}

void touch(const struct block *block) {
  size_t page = (size_t)sysconf(_SC_PAGESIZE);
  for (size_t i = 0; i < block->count; i++) {
    char *chunk = chunk_at(block, i);
    for (size_t offset = 0; offset < CHUNKSIZE; offset += page) {
      *(volatile size_t *)(chunk + offset) = i + offset + 1;
    }
  }
}

static bool map(struct block *block, int protection, int flags) {
  block->start = mmap(block->start, block->count * CHUNKSIZE, protection, flags, block->file,
                      (off_t)(block->first * CHUNKSIZE));
  return block->start != MAP_FAILED;
}

static void unmap(struct block *block) {
  munmap(block->start, block->count * CHUNKSIZE);
}

static void need_no_renewal(struct block *source) {
  (void)source;
}

/* --- lazy: this library --- */

static bool lazy_alloc(struct block *block, size_t count) {
  *block = (struct block){.count = count, .start = chunks_alloc(count)};
  return block->start;
}

static bool lazy_copy(const struct block *source, struct block *copy) {
  *copy = (struct block){.count = source->count, .start = chunks_copy_lazy(source->start, source->count)};
  return copy->start;
}

static void lazy_release(struct block *copy) {
  chunks_free(copy->start, copy->count);
}

static void lazy_renew(struct block *source) {
  chunk_make_writable(source->start, source->count * CHUNKSIZE);
}

const struct method lazy = {"lazy", lazy_alloc, lazy_copy, lazy_release, lazy_renew};

/* --- handout: the lab's plain answer, chunk by chunk --- */

static bool handout_gather(struct block *block, size_t count, const struct block *source) {
  *block = (struct block){.count = count, .chunks = calloc(count, sizeof(char *))};
  if (!block->chunks) return false;
  for (size_t i = 0; i < count; i++) {
    block->chunks[i] = source ? handout_copy_lazy(source->chunks[i]) : handout_alloc();
    if (block->chunks[i]) continue;
    for (; i > 0; i--) munmap(block->chunks[i - 1], CHUNKSIZE);
    free(block->chunks);
    return false;
  }
  return true;
}

static bool handout_alloc_block(struct block *block, size_t count) {
  handout_startup();
  return handout_gather(block, count, NULL);
}

static bool handout_copy_block(const struct block *source, struct block *copy) {
  return handout_gather(copy, source->count, source);
}

/* The plain answer cannot free: its list keeps the chunk for ever. */
static void handout_release(struct block *copy) {
  for (size_t i = 0; i < copy->count; i++) munmap(copy->chunks[i], CHUNKSIZE);
  free(copy->chunks);
}

static void handout_renew(struct block *source) {
  for (size_t i = 0; i < source->count; i++) mprotect(source->chunks[i], CHUNKSIZE, PROT_READ | PROT_WRITE);
}

const struct method handout = {"handout", handout_alloc_block, handout_copy_block, handout_release,
                               handout_renew};

/* --- kernel: its own copy-on-write, on a file in memory --- */

static bool kernel_alloc(struct block *block, size_t count) {
  *block = (struct block){.count = count, .file = memfd_create("benchmark", MFD_CLOEXEC)};
  if (block->file < 0 || ftruncate(block->file, (off_t)(count * CHUNKSIZE)) != 0) return false;
  return map(block, PROT_READ | PROT_WRITE, MAP_SHARED);
}

/* The source is mapped privately too: its later writes must not reach the copy. */
static bool kernel_copy(const struct block *source, struct block *copy) {
  struct block private_source = *source;
  if (!map(&private_source, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_FIXED)) return false;
  *copy = (struct block){.count = source->count, .file = source->file, .first = source->first};
  return map(copy, PROT_READ | PROT_WRITE, MAP_PRIVATE);
}

static void kernel_renew(struct block *source) {
  map(source, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED);
}

const struct method kernel = {"kernel", kernel_alloc, kernel_copy, unmap, kernel_renew};

/* --- fork: a snapshot in a child --- */

static bool private_alloc(struct block *block, size_t count) {
  *block = (struct block){.count = count, .file = -1};
  return map(block, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS);
}

static bool forked_copy(const struct block *source, struct block *copy) {
  *copy = *source;
  copy->child = fork();
  if (copy->child == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    for (;;) pause();
  }
  return copy->child > 0;
}

static void forked_release(struct block *copy) {
  kill(copy->child, SIGKILL);
  waitpid(copy->child, NULL, 0);
}

const struct method forked = {"fork", private_alloc, forked_copy, forked_release, need_no_renewal};

/* --- eager: memcpy into fresh memory, as malloc gives for large blocks --- */

static bool eager_copy(const struct block *source, struct block *copy) {
  if (!private_alloc(copy, source->count)) return false;
  memcpy(copy->start, source->start, source->count * CHUNKSIZE);
  return true;
}

const struct method eager = {"eager", private_alloc, eager_copy, unmap, need_no_renewal};

/* --- eager-warm: memcpy into memory that has been touched before --- */

static bool warm_alloc(struct block *block, size_t count) {
  struct block spare;
  if (!private_alloc(&spare, count) || !private_alloc(block, count)) return false;
  touch(&spare);
  block->spare = spare.start;
  return true;
}

static bool warm_copy(const struct block *source, struct block *copy) {
  *copy = (struct block){.count = source->count, .start = source->spare};
  memcpy(copy->start, source->start, source->count * CHUNKSIZE);
  return true;
}

const struct method eager_warm = {"eager-warm", warm_alloc, warm_copy, need_no_renewal, need_no_renewal};
