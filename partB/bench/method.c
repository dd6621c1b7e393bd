#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"

char *chunk_at(const struct block *block, size_t index) {
  return block->start ? block->start + index * CHUNKSIZE : block->chunks[index];
}

struct block part(const struct block *block, size_t first, size_t count) {
  struct block result = *block;
  result.count = count;
  result.first += first;
  if (block->start) result.start += first * CHUNKSIZE;
  if (block->chunks) result.chunks += first;
  return result;
}

void touch(const struct block *block) {
  for (size_t i = 0; i < block->count; i++) {
    for (size_t offset = 0; offset < CHUNKSIZE; offset += 4096) {
      *(volatile size_t *)(chunk_at(block, i) + offset) = i + offset + 1;
    }
  }
}

static bool map(struct block *block, int flags) {
  block->start = mmap(block->start, block->count * CHUNKSIZE, PROT_READ | PROT_WRITE, flags, block->file,
                      (off_t)(block->first * CHUNKSIZE));
  return block->start != MAP_FAILED;
}

static void unmap(struct block *block) {
  munmap(block->start, block->count * CHUNKSIZE);
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

static bool snapshot_copy(const struct block *source, struct block *copy) {
  *copy = (struct block){.count = source->count, .start = chunks_snapshot(source->start, source->count)};
  return copy->start;
}

static void lazy_restore(struct block *source, const struct block *copy) {
  chunks_restore(source->start, copy->start, source->count);
}

/* --- handout: the lab's plain answer, chunk by chunk; bench.mk gives it these names --- */

void handout_startup(void);
void *handout_alloc(void), *handout_copy_eager(void *chunk), *handout_copy_lazy(void *chunk);

static bool handout_gather(struct block *block, size_t count, const struct block *source,
                           void *(*copy)(void *)) {
  *block = (struct block){.count = count, .chunks = calloc(count, sizeof(char *))};
  for (size_t i = 0; block->chunks && i < count; i++) {
    block->chunks[i] = source ? copy(source->chunks[i]) : handout_alloc();
    if (!block->chunks[i]) return false;
  }
  return block->chunks;
}

static bool handout_alloc_block(struct block *block, size_t count) {
  handout_startup();
  return handout_gather(block, count, NULL, NULL);
}

static bool handout_copy_block(const struct block *source, struct block *copy) {
  return handout_gather(copy, source->count, source, handout_copy_lazy);
}

static bool handout_copy_block_eagerly(const struct block *source, struct block *copy) {
  return handout_gather(copy, source->count, source, handout_copy_eager);
}

/* The plain answer cannot free: its list keeps the chunk for ever. */
static void handout_release(struct block *copy) {
  for (size_t i = 0; i < copy->count; i++) munmap(copy->chunks[i], CHUNKSIZE);
  free(copy->chunks);
}

static void handout_renew(struct block *source) {
  for (size_t i = 0; i < source->count; i++) mprotect(source->chunks[i], CHUNKSIZE, PROT_READ | PROT_WRITE);
}

/* --- kernel: its own copy-on-write, on a file in memory --- */

static bool kernel_alloc(struct block *block, size_t count) {
  *block = (struct block){.count = count, .file = memfd_create("benchmark", MFD_CLOEXEC)};
  return block->file >= 0 && ftruncate(block->file, (off_t)(count * CHUNKSIZE)) == 0 &&
         map(block, MAP_SHARED);
}

/* The source is mapped privately too: its later writes must not reach the copy. */
static bool kernel_copy(const struct block *source, struct block *copy) {
  struct block private_source = *source;
  *copy = (struct block){.count = source->count, .file = source->file, .first = source->first};
  return map(&private_source, MAP_PRIVATE | MAP_FIXED) && map(copy, MAP_PRIVATE);
}

static void kernel_renew(struct block *source) {
  map(source, MAP_SHARED | MAP_FIXED);
}

/* Back to the file: to the one image that there is. */
static void kernel_restore(struct block *source, const struct block *copy) {
  madvise(source->start, copy->count * CHUNKSIZE, MADV_DONTNEED);
}

/* --- fork: a snapshot in a child --- */

static bool private_alloc(struct block *block, size_t count) {
  *block = (struct block){.count = count, .file = -1};
  return map(block, MAP_PRIVATE | MAP_ANONYMOUS);
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

/* --- eager: memcpy into fresh memory, as malloc gives for large blocks --- */

static struct block warm_memory; /* eager-warm: touched before; each copy lies here */

static bool eager_copy(const struct block *source, struct block *copy) {
  *copy = warm_memory;
  if (!copy->start && !private_alloc(copy, source->count)) return false;
  memcpy(copy->start, source->start, source->count * CHUNKSIZE);
  return true;
}

static bool warm_alloc(struct block *block, size_t count) {
  if (!private_alloc(&warm_memory, count) || !private_alloc(block, count)) return false;
  touch(&warm_memory);
  return true;
}

static void warm_release(struct block *copy) {
  (void)copy;
}

static void eager_restore(struct block *source, const struct block *copy) {
  memcpy(source->start, copy->start, copy->count * CHUNKSIZE);
}

/* --- compare: pages that differ are copied, from and to warm memory --- */

static void copy_what_differs(char *to, const char *from, size_t size) {
  for (size_t offset = 0; offset < size; offset += 4096) {
    if (memcmp(to + offset, from + offset, 4096) != 0) memcpy(to + offset, from + offset, 4096);
  }
}

static bool compare_copy(const struct block *source, struct block *copy) {
  *copy = warm_memory;
  copy_what_differs(copy->start, source->start, source->count * CHUNKSIZE);
  return true;
}

static void compare_restore(struct block *source, const struct block *copy) {
  copy_what_differs(source->start, copy->start, copy->count * CHUNKSIZE);
}

const struct method methods[WAYS] = {
    [LAZY] = {lazy_alloc, lazy_copy, lazy_release, lazy_renew, lazy_restore},
    [SNAPSHOT] = {lazy_alloc, snapshot_copy, lazy_release, lazy_renew, lazy_restore},
    [HANDOUT] = {handout_alloc_block, handout_copy_block, handout_release, handout_renew, NULL},
    [KERNEL] = {kernel_alloc, kernel_copy, unmap, kernel_renew, kernel_restore},
    [FORK] = {private_alloc, forked_copy, forked_release, NULL, NULL},
    [EAGER] = {private_alloc, eager_copy, unmap, NULL, eager_restore},
    [EAGER_WARM] = {warm_alloc, eager_copy, warm_release, NULL, eager_restore},
    [COMPARE] = {warm_alloc, compare_copy, warm_release, NULL, compare_restore},
    [BARE] = {bare_alloc, bare_copy, bare_release, bare_renew, bare_restore},
    [SHARED] = {handout_alloc_block, handout_copy_block_eagerly, handout_release, NULL, NULL},
};
