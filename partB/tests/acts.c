#include "acts.h"

#include <errno.h>
#include <string.h>

#include "refusal.h"
#include "support.h"
#include "world.h"

enum { MOST_AT_ONCE = 12 };

uint64_t dice;
struct moment moment = {.name = ""};

size_t below(size_t bound) {
  return random_below(&dice, bound);
}

static struct pair *any_pair(void) {
  return &world.pairs[below(world.live)];
}

/* A random run of live chunks, from the one it returns on. */
static char *any_run(size_t *count) {
  char *chunk = any_pair()->chunk;
  *count = world_run(chunk, 1 + below(MOST_AT_ONCE));
  return chunk;
}

/* Has the call worked? It may fail where the kernel refuses, and only for want of memory. */
static int worked(int works) {
  AGREE(works || (moment.is_refused && errno == ENOMEM));
  return works;
}

/* ---- New chunks, and those that go ---- */

static void allocate(void) {
  size_t count = 1 + below(MOST_AT_ONCE);
  char *chunks = count == 1 ? chunk_alloc() : chunks_alloc(count);
  if (worked(chunks != NULL)) world_add(chunks, count, NULL);
}

static void copy_with(void *(*copy_chunks)(void *, size_t)) {
  size_t count;
  char *source = any_run(&count), *copy = copy_chunks(source, count);
  if (worked(copy != NULL)) world_add(copy, count, source);
}

static void copy_lazily(void) {
  moment.may_move = 1;
  copy_with(chunks_copy_lazy);
}

static void copy_eagerly(void) {
  copy_with(chunks_copy_eager);
}

static void take_snapshot(void) {
  moment.may_move = 1;
  copy_with(chunks_snapshot);
}

void release(void) {
  size_t count;
  char *chunks = any_run(&count);
  AGREE(chunks_free(chunks, count) == 0);
  world_remove(chunks, count);
  AGREE(chunks_free(chunks, count) == -1 && errno == EINVAL);
}

/* ---- Writes ---- */

static void write_byte(void) {
  pair_write(any_pair(), below(CHUNKSIZE), (int)below(256));
}

static void write_chunk(void) {
  pair_fill(any_pair(), dice);
}

/* ---- Back in place ---- */

/* For want of memory, each chunk has its old bytes or its new ones. */
static void restore(void) {
  size_t count, most;
  char *target = any_run(&count), *source = any_run(&most);
  if (count > most) count = most;
  size_t apart = (size_t)(target > source ? target - source : source - target);
  int overlap = apart > 0 && apart < count * CHUNKSIZE;
  moment.may_move = 1;
  int result = chunks_restore(target, source, count);
  refuse_nothing(); /* what is read below may be UNMAPPED */
  if (overlap) AGREE(result == -1 && errno == EINVAL);
  if (overlap) return;
  int works = worked(result == 0);
  for (size_t at = 0; at < count * CHUNKSIZE; at += CHUNKSIZE) {
    if (works || !pair_agrees(world_find(target + at))) world_copy(target + at, source + at, 1);
  }
}

/* What shares its memory holds the same bytes. */
static void compare(void) {
  size_t count, most;
  char *one = any_run(&count), *other = any_run(&most);
  if (count > most) count = most;
  size_t same = chunks_same(one, other, count);
  AGREE(one == other ? same == count : same <= count);
  for (size_t at = 0; at < same * CHUNKSIZE; at += CHUNKSIZE)
    AGREE(memcmp(world_find(one + at)->twin, world_find(other + at)->twin, CHUNKSIZE) == 0);
}

/* ---- For the kernel ---- */

/* A random range of bytes. */
static char *any_bytes(size_t *length) {
  size_t count;
  char *chunks = any_run(&count);
  size_t from = below(count * CHUNKSIZE);
  *length = below(count * CHUNKSIZE - from) + 1;
  return chunks + from;
}

/* The kernel writes a byte where it should be able to. */
static void let_kernel_write(char *address) {
  size_t at = (uintptr_t)address % CHUNKSIZE;
  AGREE(kernel_writes(address, 'k'));
  world_find(address - at)->twin[at] = 'k';
}

static void make_writable(void) {
  size_t length;
  char *bytes = any_bytes(&length);
  if (worked(chunk_make_writable(bytes, length) == 0)) let_kernel_write(bytes + below(length));
}

static void make_readable(void) {
  size_t length;
  char *bytes = any_bytes(&length);
  worked(chunk_make_readable(bytes, length) == 0);
}

/* The pins of the chunks that hold the bytes, each one more or one less; or the fewest that one has. */
static unsigned change_pins(const char *bytes, size_t length, int change) {
  unsigned fewest = ~0u;
  const char *first = bytes - (uintptr_t)bytes % CHUNKSIZE;
  for (; first < bytes + length; first += CHUNKSIZE) {
    struct pair *pair = world_find(first);
    if (pair->pins < fewest) fewest = pair->pins;
    pair->pins += (unsigned)change;
  }
  return fewest;
}

static void pin(void) {
  size_t length;
  char *bytes = any_bytes(&length);
  moment.may_move = 1;
  if (worked(chunk_pin(bytes, length) == 0)) change_pins(bytes, length, 1);
}

static void unpin(void) {
  size_t length;
  char *bytes = any_bytes(&length);
  if (change_pins(bytes, length, 0) > 0) {
    let_kernel_write(bytes + below(length));
    AGREE(chunk_unpin(bytes, length) == 0);
    change_pins(bytes, length, -1);
  } else {
    AGREE(chunk_unpin(bytes, length) == -1 && errno == EINVAL);
  }
}

static void trim(void) {
  chunk_trim();
  AGREE(stats().frames_cached == 0 || moment.is_refused);
}

const struct act acts[] = {
    {"allocate", allocate, 50, 4},
    {"copy lazily", copy_lazily, 120, 4},
    {"copy eagerly", copy_eagerly, 20, 4},
    {"take a snapshot", take_snapshot, 120, 4},
    {"free", release, 150, 4},
    {"write a byte", write_byte, 340, 1},
    {"write a chunk", write_chunk, 50, 1},
    {"restore", restore, 50, 4},
    {"compare", compare, 20, 4},
    {"make writable", make_writable, 20, 4},
    {"make readable", make_readable, 20, 4},
    {"pin", pin, 10, 4},
    {"unpin", unpin, 15, 4},
    {"trim", trim, 5, 4},
    {"threads", run_threads, 6, 1},
    {"fork", fork_and_go_on, 4, 4},
};
