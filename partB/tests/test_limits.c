/* Too little address space (ulimit -v), and a mapping limit that others have
 * used up: calls fail with ENOMEM, nothing made before is lost, first writes win
 * back mappings, and what is freed can be had again. */
#include <errno.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "probe.h"
#include "support.h"

/* --- Address space --- */

/* Leaves this process so many MiB of address space beyond what it has. */
static void leave_mib(long mib) {
  rlim_t limit = (rlim_t)(proc_kib("/proc/self/status", "VmSize:") + mib * 1024) * 1024;
  struct rlimit limits = {limit, limit};
  CHECK(setrlimit(RLIMIT_AS, &limits) == 0);
}

enum { BLOCKS = 2000, COUNT = 16 };

/* Takes blocks until there are no more; returns how many. */
static size_t take_all(char **blocks, void *(*take)(void)) {
  size_t count = 0;
  while (count < BLOCKS && (blocks[count] = take())) {
    *(volatile size_t *)blocks[count] = count;
    count++;
  }
  CHECK(count < BLOCKS && errno == ENOMEM);
  return count;
}

static char *original;

static void *take_new(void) {
  return chunks_alloc(COUNT);
}

static void *take_lazy_copy(void) {
  return chunks_copy_lazy(original, COUNT);
}

static void *take_eager_copy(void) {
  return chunks_copy_eager(original, COUNT);
}

static void exhaust(void *(*take)(void)) {
  static char *blocks[BLOCKS];
  skip_under_sanitizer();
  leave_mib((long)full_or(200, 100)); /* before the library reserves what it may need */
  original = new_block(COUNT, 1);
  size_t count = take_all(blocks, take);
  CHECK(count > 0);
  for (size_t i = 0; i < count; i++) CHECK(*(volatile size_t *)blocks[i] == i);
  CHECK(holds(original, COUNT, 1));
  for (size_t i = 0; i < count; i++) CHECK(chunks_free(blocks[i], COUNT) == 0);
  CHECK(take_all(blocks, take) + 1 >= count);
  CHECK(holds(original, COUNT, 1));
}

static void test_no_space_for_new(void) {
  exhaust(take_new);
}

static void test_no_space_for_lazy_copies(void) {
  exhaust(take_lazy_copy);
}

static void test_no_space_for_eager_copies(void) {
  exhaust(take_eager_copy);
}

/* The least that the library reserves fits in once, but not twice. */
static void test_little_space(void) {
  skip_under_sanitizer();
  leave_mib(45);
  char *block = new_block(COUNT, 1), *copy = lazy_copy(block, COUNT);
  poke(copy, 'x');
  CHECK(holds(block, COUNT, 1) && peek(copy) == 'x');
}

/* Under any limit, half of the addresses stay with the program, and a quarter can be chunks: less
 * what was in use before. */
static void live_within(void *mib) {
  enum { OWN = 1 << 18 }; /* what looking takes: a stream's buffer, the C library's heap */
  struct rlimit limits = {.rlim_cur = (rlim_t) * (const long *)mib << 20};
  limits.rlim_max = limits.rlim_cur += (rlim_t)sysconf(_SC_PAGESIZE) * 7;
  CHECK(setrlimit(RLIMIT_AS, &limits) == 0);
  size_t before = (size_t)proc_kib("/proc/self/status", "VmSize:") * 1024, chunks = 0;
  for (size_t step = (size_t)1 << 14; step > 0; step /= 2) {
    while (chunks_alloc(step)) chunks += step;
  }
  size_t after = (size_t)proc_kib("/proc/self/status", "VmSize:") * 1024;
  CHECK(after <= limits.rlim_cur / 2 + OWN);
  CHECK(chunks * CHUNKSIZE + before / 2 + ((size_t)1 << 20) >= limits.rlim_cur / 4);
}

static void test_limited_space(void) {
  skip_under_sanitizer();
  const long most = WIDE_ADDRESSES ? 5000 : 2000; /* with 32 bits there are 512 MiB of chunks at most */
  for (long mib = 64; mib < most; mib = mib * 3 / 2) CHECK(status_of_child(live_within, &mib) == 0);
}

/* Within one process a first write always finds a frame. The kernel wants a chunk's
 * worth of addresses to spare, to replace one mapping by another. */
static void test_first_writes_without_space(void) {
  skip_under_sanitizer();
  const size_t MANY = full_or(100, 60);
  leave_mib(200);
  char *block = new_block(MANY, 1), *copy = lazy_copy(block, MANY), *third = lazy_copy(copy, MANY);
  static char *blocks[BLOCKS];
  original = new_block(COUNT, 1);
  take_all(blocks, take_new);
  void *last = MAP_FAILED;
  for (void *more = NULL; more != MAP_FAILED;) {
    more = mmap(NULL, CHUNKSIZE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (more != MAP_FAILED) last = more;
  }
  CHECK(last != MAP_FAILED && munmap(last, CHUNKSIZE) == 0);
  for (size_t i = 0; i < MANY; i++) poke(copy + i * CHUNKSIZE, (int)i);
  for (size_t i = 0; i < MANY; i++) poke(block + i * CHUNKSIZE, (int)i);
  CHECK(holds(third, MANY, 1));
}

/* --- Mappings --- */

static char *area; /* of pages of different protection, each a mapping */
static size_t area_used;

/* Makes mappings until the kernel refuses. */
static void use_up_mappings(void) {
  size_t page = (size_t)sysconf(_SC_PAGESIZE), pages = 2 * mapping_limit();
  area = mmap(NULL, pages * page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  CHECK(area != MAP_FAILED);
  for (area_used = 0; area_used < pages; area_used += 2) {
    if (mprotect(area + area_used * page, page, PROT_READ) < 0) return;
  }
  test_skip("the mapping limit cannot be reached");
}

/* Gives some of them back. */
static void give_back_mappings(size_t count) {
  size_t page = (size_t)sysconf(_SC_PAGESIZE);
  CHECK(mprotect(area + (area_used - count) * page, count * page, PROT_NONE) == 0);
}

static void skip_if_limit_is_far(void) {
  if (mapping_limit() > 300000) test_skip("the mapping limit is far away");
  skip_under_sanitizer();
  skip_without_sharing();
}

/* Runs body in a child, in which it either works or ends with the signal: with no
 * mapping left there may be none for a first write. Nothing else is allowed. */
static void works_or_dies(void (*body)(void *), void *argument) {
  int status = status_of_child(body, argument);
  CHECK(status == 0 || status == DIED_BY_SIGSEGV);
}

enum { CHUNKS = 100 };

static void write_and_look(void *chunks) {
  char *block = chunks;
  for (size_t i = 0; i < CHUNKS; i++) {
    poke(block + i * CHUNKSIZE + 1, 'c');
    CHECK(peek(block + i * CHUNKSIZE + 1) == 'c');
  }
}

/* The library leaves an eighth of the mappings to the rest of the program. What that
 * does not take is there for first writes. */
static void test_first_writes_short_of_mappings(void) {
  skip_if_limit_is_far();
  const size_t MANY = full_or(400, 120), LEFT = full_or(20, 10);
  char *block = new_block(MANY, 1), *copy = lazy_copy(block, MANY);
  for (size_t i = 0; i < MANY; i += 4) poke(copy + i * CHUNKSIZE, 1);
  use_up_mappings();
  give_back_mappings(LEFT);
  for (size_t i = 1; i < MANY / 2; i += 4) poke(copy + i * CHUNKSIZE, 2);
  CHECK(holds(block, MANY, 1));
  for (size_t i = 0; i < MANY; i += 4) CHECK(peek(copy + i * CHUNKSIZE) == 1);
}

/* Calls either work or say ENOMEM, and what was there stays as it was. */
static void test_calls_without_mappings(void) {
  skip_if_limit_is_far();
  char *block = new_block(50, 1), *copy = lazy_copy(block, 50);
  for (size_t i = 0; i < 50; i += 2) poke(copy + i * CHUNKSIZE, 'x');
  use_up_mappings();
  int failures = 0;
  for (int i = 0; i < 300; i++) {
    char *more = i % 3 == 0 ? chunk_alloc() : i % 3 == 1 ? chunk_copy_lazy(copy) : chunk_copy_eager(copy);
    if (more) continue;
    CHECK(errno == ENOMEM);
    failures++;
  }
  CHECK(failures < 300 || stats().live_chunks == 100);
  CHECK(holds(block, 50, 1));
  for (size_t i = 0; i < 50; i += 2) CHECK(peek(copy + i * CHUNKSIZE) == 'x');
  CHECK(chunk_make_writable(copy, 50 * CHUNKSIZE) == 0 || errno == ENOMEM);
  CHECK(chunk_free(copy + 5 * CHUNKSIZE) == 0 && chunks_free(block, 50) == 0);
}

/* A lazy copy runs out of mappings when some of its source is read-only: all of that may be written. */
static void test_protection_without_mappings(void) {
  skip_if_limit_is_far();
  enum { PIECES = 12 };
  char *block = new_block(PIECES, 1);
  lazy_copy(block + 4 * CHUNKSIZE, 2);
  fill(block, PIECES, 1);
  use_up_mappings();
  for (size_t left = 0; left < 6; left++) {
    if (left > 0) give_back_mappings(1);
    area_used -= 2;
    char *copy = chunks_copy_lazy(block, PIECES - 3);
    fill(block, PIECES, 2 + left);
    CHECK(holds(block, PIECES, 2 + left) && (!copy || chunks_free(copy, PIECES - 3) == 0));
  }
}

/* After a fork no written chunk can stay where it is, in either process; what is not
 * written is right in both. */
static void test_fork_without_mappings(void) {
  skip_if_limit_is_far();
  char *block = new_block(CHUNKS, 1), *copy = lazy_copy(block + 10 * CHUNKSIZE, 50);
  for (size_t i = 0; i < 50; i += 2) poke(copy + i * CHUNKSIZE, 'x');
  use_up_mappings();
  works_or_dies(write_and_look, block);
  CHECK(holds(block, CHUNKS, 1));
  for (size_t i = 0; i < 50; i += 2) CHECK(peek(copy + i * CHUNKSIZE) == 'x');
}

static const struct test tests[] = {
    {"limits_no_space_for_new", test_no_space_for_new, 60},
    {"limits_no_space_for_lazy_copies", test_no_space_for_lazy_copies, 60},
    {"limits_no_space_for_eager_copies", test_no_space_for_eager_copies, 60},
    {"limits_little_space", test_little_space, 20},
    {"limits_of_space", test_limited_space, 60},
    {"limits_first_writes_without_space", test_first_writes_without_space, 60},
    {"limits_first_writes_short_of_mappings", test_first_writes_short_of_mappings, 120},
    {"limits_calls_without_mappings", test_calls_without_mappings, 120},
    {"limits_protection_without_mappings", test_protection_without_mappings, 120},
    {"limits_fork_without_mappings", test_fork_without_mappings, 120},
};

RUN_TESTS(tests)
