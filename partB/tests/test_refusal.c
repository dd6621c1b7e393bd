/* The kernel refuses mmap, mremap, mprotect or madvise at every place where the
 * library calls them: the n-th call, for every n until there is no n-th call.
 * Each function then returns its failure, or what it should; all values are as
 * they were; and only a first write that finds no memory may end the program. */
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "kin.h"
#include "refusal.h"
#include "support.h"

/* --- A scenario that calls everything, and a model of what it should see --- */

enum { BLOCKS = 10, MOST = 3, WORDS = CHUNKSIZE / sizeof(uint64_t) };

static size_t count; /* chunks of each block */

static struct {
  char *chunks;         /* NULL: none */
  int original;         /* of which it is a copy */
  uint64_t marks[MOST]; /* written over the first word of each chunk; 0: not */
} blocks[BLOCKS];

/* Filled once, before all the processes that compare with them. */
static uint64_t originals[2][MOST][WORDS];

static void prepare(void) {
  count = full_or(MOST, 2);
  for (int i = 0; i < 2; i++) fill(originals[i], count, 100 + (uint64_t)i);
}

static int block_is_right(int i) {
  if (!blocks[i].chunks) return 1;
  for (size_t j = 0; j < count; j++) {
    const uint64_t *chunk = (const void *)(blocks[i].chunks + j * CHUNKSIZE);
    const uint64_t *original = originals[blocks[i].original][j];
    if (chunk[0] != (blocks[i].marks[j] ? blocks[i].marks[j] : original[0])) return 0;
    if (memcmp(chunk + 1, original + 1, CHUNKSIZE - sizeof *chunk) != 0) return 0;
  }
  return 1;
}

static void check_all_blocks(void) {
  for (int i = 0; i < BLOCKS; i++) CHECK(block_is_right(i));
}

/* Takes what a function returned: a block, or NULL for lack of memory. */
static void *had(void *chunks) {
  CHECK(chunks || errno == ENOMEM);
  return chunks;
}

static void allocate(int i, int original) {
  blocks[i].chunks = had(chunks_alloc(count));
  if (!blocks[i].chunks) return;
  CHECK(is_zero(blocks[i].chunks, count));
  memset(blocks[i].marks, 0, sizeof blocks[i].marks);
  blocks[i].original = original;
  memcpy(blocks[i].chunks, originals[original], count * CHUNKSIZE);
}

static void copy(int from, int to, void *(*copy_chunks)(void *, size_t)) {
  if (!blocks[from].chunks) return;
  blocks[to] = blocks[from];
  blocks[to].chunks = had(copy_chunks(blocks[from].chunks, count));
}

/* Writes the first word of every step-th chunk. */
static void mark(int i, size_t step) {
  static uint64_t marks = 1;
  if (!blocks[i].chunks) return;
  errno = 4711; /* which the faults must leave alone, whatever is refused to them */
  for (size_t j = 0; j < count; j += step) {
    *(volatile uint64_t *)(blocks[i].chunks + j * CHUNKSIZE) = blocks[i].marks[j] = ++marks;
  }
  atomic_signal_fence(memory_order_seq_cst);
  CHECK(errno == 4711);
}

static void release(int i) {
  if (blocks[i].chunks) CHECK(chunks_free(blocks[i].chunks, count) == 0);
  blocks[i].chunks = NULL;
}

static void make_writable(int i) {
  if (blocks[i].chunks)
    CHECK(chunk_make_writable(blocks[i].chunks, count * CHUNKSIZE) == 0 || errno == ENOMEM);
}

static void run_scenario(void) {
  allocate(0, 0);
  copy(0, 1, chunks_copy_lazy);
  copy(1, 2, chunks_copy_lazy);
  mark(1, 2);
  copy(1, 3, chunks_copy_lazy); /* scattered */
  check_all_blocks();
  mark(0, 3);
  copy(2, 4, chunks_copy_eager);
  release(2);
  mark(3, 1);
  make_writable(1);
  copy(3, 5, chunks_copy_lazy);
  release(0);
  allocate(6, 1);
  copy(6, 7, chunks_copy_lazy);
  release(6);
  mark(7, 2);
  check_all_blocks();
  copy(7, 8, chunks_copy_lazy);
  make_writable(8);
  mark(5, 2);
  copy(5, 9, chunks_copy_lazy);
  release(4);
  mark(5, 1);
}

/* When the kernel is willing again, everything is right, and works. */
static void check_recovered(void) {
  check_all_blocks();
  for (int i = 0; i < BLOCKS; i++) mark(i, 1);
  check_all_blocks();
  for (int i = 0; i < BLOCKS; i++) release(i);
  CHECK(chunk_free(chunk_alloc()) == 0); /* time to unmap what could not be unmapped before */
  CHECK(stats().live_chunks == 0 && stats().frames_in_use == 0 && stats().sharing_chunks == 0);
  CHECK(lazycopy_is_valid(1));
  allocate(0, 0);
  copy(0, 1, chunks_copy_lazy);
  mark(0, 1);
  CHECK(blocks[1].chunks);
  check_all_blocks();
}

/* --- Refusing --- */

struct refusals {
  unsigned kinds;
  long first, count;
};

enum { NOTHING_REFUSED = 9, DIED_OF_A_WRITE = 10 };
static void run_refused(struct refusals refusals) {
  signal(SIGSEGV, SIG_DFL);
  refuse(refusals.kinds, refusals.first, refusals.count);
  run_scenario();
  long refused = refuse_nothing();
  check_recovered();
  _exit(refused ? 0 : NOTHING_REFUSED);
}

/* Runs it in a child. A death must have been announced by one line. */
static int outcome(void (*run)(struct refusals), struct refusals refusals) {
  char line[512] = "";
  int ends[2];
  CHECK(pipe(ends) == 0);
  pid_t pid = fork_or_fail();
  if (pid == 0) {
    dup2(ends[1], STDERR_FILENO);
    run(refusals);
  }
  close(ends[1]);
  ssize_t length = 0, more;
  while ((more = read(ends[0], line + length, sizeof line - 1 - (size_t)length)) > 0) length += more;
  close(ends[0]);
  int status = wait_status(pid);
  char *newline = strchr(line, '\n');
  if (status == DIED_BY_SIGSEGV && strncmp(line, "lazycopy: ", 10) == 0 && newline && !newline[1]) {
    return DIED_OF_A_WRITE;
  }
  if (status != 0 && status != NOTHING_REFUSED) {
    dprintf(STDERR_FILENO, "kinds %u, %ld calls from %ld on: status %d\n%s", refusals.kinds, refusals.count,
            refusals.first, status, line);
  }
  return status;
}

static void exit_if_sharing(void *unused) {
  (void)unused;
  _exit(sharing_works() ? 0 : 1);
}

/* Asked in a child, so that each run starts the library itself. */
static int sharing_would_work(void) {
  return status_of_child(exit_if_sharing, NULL) == 0;
}

/* So many refusals in a row, from every n-th call on; by default in steps, so that each call
 * is still refused. */
static void refuse_everywhere(unsigned kinds, long in_a_row, int may_die) {
  const long MOST_STEP = (long)full_or(1, 2), STEP = in_a_row < MOST_STEP ? in_a_row : MOST_STEP;
  long n = 1 - STEP;
  int status;
  do {
    status = outcome(run_refused, (struct refusals){kinds, n += STEP, in_a_row});
    CHECK(status == 0 || status == NOTHING_REFUSED || (status == DIED_OF_A_WRITE && may_die));
  } while (status != NOTHING_REFUSED);
  if (kinds != MADVISE && sharing_would_work()) CHECK(n > 3);
}

static void test_one_of_each(void) {
  for (unsigned kind = MMAP; kind <= MADVISE; kind *= 2) refuse_everywhere(kind, 1, 0);
}

static void test_holes_filled(void) {
  fill_holes();
  refuse_everywhere(MREMAP, 1, 0);
  for (long more = 2; more <= (long)full_or(4, 2); more++) refuse_everywhere(MREMAP, more, 1);
  refuse_everywhere(MREMAP | MMAP, 2, 1);
}

static void test_a_few(void) {
  for (unsigned kind = MMAP; full_or(1, 0) && kind <= MADVISE; kind *= 2) refuse_everywhere(kind, 3, 1);
  refuse_everywhere(ANY_CALL, 4, 1);
}

static void test_from_then_on(void) {
  for (unsigned kind = MMAP; kind <= MADVISE; kind *= 2) {
    if (full_or(1, kind == MPROTECT)) refuse_everywhere(kind, FOR_EVER, 1);
  }
  refuse_everywhere(ANY_CALL, FOR_EVER, 1);
}

/* --- A first write that cannot be done --- */

static void write_without_memory(struct refusals refusals) {
  (void)refusals;
  signal(SIGSEGV, SIG_DFL);
  char *block = chunks_alloc(2), *sharing = lazy_copy(block, 2);
  refuse(ANY_CALL, 1, FOR_EVER);
  poke(sharing, 1);
  _exit(is_zero(block, 2) ? 0 : 1);
}

static void test_write_without_memory(void) {
  if (!sharing_would_work()) test_skip("lazy copies are eager here: no mremap with old size 0");
  CHECK(outcome(write_without_memory, (struct refusals){0}) == DIED_OF_A_WRITE);
}

/* --- No sharing from the start: everything is eager, and right --- */

static void test_without_sharing(void) {
  refuse_sharing();
  for (int round = 0; round < 3; round++) {
    char *chunk = chunk_alloc();
    CHECK(chunk && is_zero(chunk, 1));
    fill(chunk, 1, 1);
    CHECK(chunk_free(chunk) == 0 && lazycopy_is_valid(1));
  }
  run_scenario();
  check_all_blocks();
  CHECK(stats().sharing_chunks == 0 && stats().eager_fallbacks >= 7 * count);
  pid_t child = fork_or_fail();
  if (child == 0) {
    for (int i = 0; i < BLOCKS; i++) mark(i, 1);
    check_all_blocks();
    _exit(0);
  }
  CHECK(wait_status(child) == 0);
  check_recovered();
}

/* Meanwhile another thread reads what the kernel unmaps. */
static atomic_int reading;

static void *read_all_the_time(void *chunk) {
  int first = peek((char *)chunk + 100);
  while (reading) CHECK(peek((char *)chunk + 100) == first);
  return NULL;
}

static void test_while_read(void) {
  skip_without_sharing();
  pthread_t reader;
  char *chunk = new_block(1, 1);
  reading = 1;
  CHECK(pthread_create(&reader, NULL, read_all_the_time, chunk) == 0);
  for (int round = 0; round < 3000; round++) {
    char *copies[] = {lazy_copy(chunk, 1), lazy_copy(chunk, 1)};
    refuse(MREMAP, 1 + round % 3, 1);
    poke(chunk, round);
    poke(copies[0], round);
    refuse_nothing();
    CHECK(chunk_free(copies[0]) == 0 && chunk_free(copies[1]) == 0);
  }
  reading = 0;
  pthread_join(reader, NULL);
}

/* What the kernel has unmapped and would not map again is not lost. */
static char *unmapped_copy(void) {
  char *block = new_block(1, 1), *copy = lazy_copy(block, 1);
  refuse(MREMAP, 1, FOR_EVER);
  CHECK(chunk_make_writable(copy, 1) == -1 && errno == ENOMEM);
  CHECK(refuse_nothing() > 1);
  CHECK(chunk_free(block) == 0);
  return copy;
}

static void test_unmapped(void) {
  skip_without_sharing();
  char *copy = unmapped_copy();
  CHECK(chunk_make_writable(copy, 1) == 0 && holds(copy, 1, 1));
  copy = unmapped_copy();
  CHECK(holds(lazy_copy(copy, 1), 1, 1) && holds(copy, 1, 1));
  copy = unmapped_copy();
  CHECK(holds(chunk_copy_eager(copy), 1, 1) && holds(copy, 1, 1));
  copy = unmapped_copy();
  poke(copy + 1, 0x77);
  CHECK(peek(copy + 1) == 0x77);
  poke(copy + 1, peek(new_block(1, 1) + 1));
  CHECK(holds(copy, 1, 1));
  CHECK(chunk_free(unmapped_copy()) == 0 && is_zero(chunk_alloc(), 1));
  copy = unmapped_copy();
  pid_t child = fork_or_fail();
  CHECK(holds(copy, 1, 1));
  if (child == 0) _exit(0);
  CHECK(wait_status(child) == 0);
}

/* A lazy copy takes the place of what was freed just before; refused, it leaves that
 * place as if it had not been there. */
static void refuse_copy_after_free(char *source, unsigned kind, long first) {
  enum { FEW = 4, NEW = 12 };
  char *block = new_block(FEW, 1), *keep = lazy_copy(block, FEW), *freed = lazy_copy(block, FEW);
  CHECK(chunks_free(freed, FEW) == 0);
  refuse(kind, first, 1);
  char *copy = lazy_copy(source, FEW);
  CHECK(refuse_nothing() == 1);
  for (int i = 0; i < NEW; i++) new_block(1, 50);
  CHECK(holds(copy, FEW, 7) && holds(source, FEW, 7) && holds(block, FEW, 1) && holds(keep, FEW, 1));
  fill(copy, FEW, 8);
  CHECK(holds(source, FEW, 7) && holds(block, FEW, 1) && holds(keep, FEW, 1));
  CHECK(lazycopy_is_valid(1));
}

static void test_copy_after_free(void) {
  skip_without_sharing();
  refuse_copy_after_free(new_block(4, 7), MPROTECT, 1);
  for (long first = 1; first <= 4; first++) {
    char *runs = lazy_copy(new_block(4, 7), 4);
    CHECK(chunk_make_writable(runs + CHUNKSIZE, 1) == 0 && chunk_make_writable(runs + 3 * CHUNKSIZE, 1) == 0);
    lazy_copy(runs, 4);
    refuse_copy_after_free(runs, MREMAP, first);
  }
}

/* Sharing refused at first, for a reason that passes: it is asked for again, and what was
 * made private before is shared like all else. */
static void test_sharing_later(void) {
  const int MANY = (int)full_or(3000, 200);
  refuse(MREMAP, 1, 2); /* asked for the addresses, and for the block */
  char *private = new_block(2, 1);
  CHECK(refuse_nothing() == 2 && stats().frames_in_use == 2 && stats().bytes_saved == 0);
  CHECK(holds(lazy_copy(private, 2), 2, 1) && stats().sharing_chunks == (sharing_works() ? 4 : 0));
  char *block = new_block(MANY, 2);
  for (int i = 0; i < 2; i++) {
    CHECK(chunk_free(private + i * CHUNKSIZE) == 0);
    char *copy = lazy_copy(block, 1);
    poke(copy, 5);
    CHECK(peek(copy) == 5 && holds(block, MANY, 2));
    CHECK(chunk_free(copy) == 0);
  }
}

static void test_nothing_refused(void) {
  run_scenario();
  check_recovered();
}

static const struct test tests[] = {
    {"refusal_none", test_nothing_refused, 20},
    {"refusal_of_one", test_one_of_each, 60},
    {"refusal_holes_filled", test_holes_filled, 60},
    {"refusal_of_a_few", test_a_few, 120},
    {"refusal_from_then_on", test_from_then_on, 120},
    {"refusal_kills_first_write", test_write_without_memory, 20},
    {"refusal_of_sharing", test_without_sharing, 20},
    {"refusal_unmapped", test_unmapped, 60},
    {"refusal_after_free", test_copy_after_free, 60},
    {"refusal_while_read", test_while_read, 60},
    {"refusal_of_sharing_once", test_sharing_later, 20},
};

int main(void) {
  prepare();
  return run_tests(tests, sizeof tests / sizeof *tests);
}
