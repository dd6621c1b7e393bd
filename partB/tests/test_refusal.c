/* The kernel refuses mmap, mremap, mprotect or madvise at every place where the
 * library calls them: the n-th call, for every n until there is no n-th call.
 * Each function then returns its failure, or what it should; all values are as
 * they were; and only a first write that finds no memory may end the program. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "kin.h"
#include "refusal.h"
#include "scenario.h"
#include "support.h"

/* --- The n-th call, and the next ones --- */

struct refusals {
  unsigned kinds;
  long first, count;
};

enum { NOTHING_REFUSED = 9, DIED_OF_A_WRITE = 10 };

static void run_refused(struct refusals refusals) {
  signal(SIGSEGV, SIG_DFL);
  refuse(refusals.kinds | (refusals.count > 1 ? HALF_DONE : 0), refusals.first, refusals.count);
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

/* So many refusals in a row, from every n-th call on; by default in steps, so that each call
 * is still refused. */
static void refuse_everywhere(unsigned kinds, long in_a_row, int may_die) {
  const long MOST_STEP = (long)full_or(1, 3), STEP = in_a_row < MOST_STEP ? in_a_row : MOST_STEP;
  long n = 1 - STEP;
  int status, refused = 0;
  do {
    status = outcome(run_refused, (struct refusals){kinds, n += STEP, in_a_row});
    CHECK(status == 0 || status == NOTHING_REFUSED || (status == DIED_OF_A_WRITE && may_die));
    refused += status != NOTHING_REFUSED;
  } while (status != NOTHING_REFUSED);
  CHECK(refused > 0 || kinds == MADVISE || !sharing_would_work());
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
  for (unsigned kind = MMAP; is_full() && kind <= MADVISE; kind *= 2) refuse_everywhere(kind, 3, 1);
  refuse_everywhere(ANY_CALL, 4, 1);
}

static void test_from_then_on(void) {
  for (unsigned kind = MMAP; kind <= MADVISE; kind *= 2) {
    if (is_full() || kind == MPROTECT) refuse_everywhere(kind, FOR_EVER, 1);
  }
  refuse_everywhere(ANY_CALL, FOR_EVER, 1);
}

/* --- A first write that cannot be done --- */

static void write_without_memory(struct refusals refusals) {
  (void)refusals;
  signal(SIGSEGV, SIG_DFL);
  char *block = chunks_alloc(2), *sharing = lazy_copy(block, 2);
  pthread_cancel(pthread_self()); /* the line must not be where a thread ends, with the lock */
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
  size_t copied_lazily = run_scenario();
  check_all_blocks();
  CHECK(stats().sharing_chunks == 0 && stats().eager_fallbacks >= copied_lazily);
  pid_t child = fork_or_fail();
  if (child == 0) {
    mark_all_blocks();
    check_all_blocks();
    _exit(0);
  }
  CHECK(wait_status(child) == 0);
  check_recovered();
}

/* --- What a single refusal leaves behind --- */

/* Meanwhile another thread reads what the kernel unmaps. */
static atomic_int reading;

static void *read_all_the_time(void *chunk) {
  int first = peek((char *)chunk + 100);
  while (reading) CHECK(peek((char *)chunk + 100) == first);
  return NULL;
}

static void test_while_read(void) {
  skip_under_thread_sanitizer();
  skip_without_sharing();
  pthread_t reader;
  char *chunk = new_block(1, 1);
  reading = 1;
  CHECK(pthread_create(&reader, NULL, read_all_the_time, chunk) == 0);
  for (int round = 0; round < (int)full_or(3000, 200); round++) {
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

/* A lazy copy takes the place of what was freed just before; refused, it leaves that
 * place as if it had not been there. Returns whether it was refused. */
static int refuse_copy_after_free(char *source, unsigned kind, long first) {
  enum { FEW = 4, NEW = 12 };
  char *block = new_block(FEW, 1), *keep = lazy_copy(block, FEW), *freed = lazy_copy(block, FEW);
  CHECK(chunks_free(freed, FEW) == 0);
  refuse(kind, first, 1);
  char *copy = lazy_copy(source, FEW);
  long refused = refuse_nothing();
  for (int i = 0; i < NEW; i++) new_block(1, 50);
  CHECK(holds(copy, FEW, 7) && holds(source, FEW, 7) && holds(block, FEW, 1) && holds(keep, FEW, 1));
  fill(copy, FEW, 8);
  CHECK(holds(source, FEW, 7) && holds(block, FEW, 1) && holds(keep, FEW, 1));
  CHECK(lazycopy_is_valid(1));
  return refused > 0;
}

static void test_copy_after_free(void) {
  skip_without_sharing();
  CHECK(refuse_copy_after_free(new_block(4, 7), MPROTECT, 1));
  int refused = 1;
  for (long first = 1; refused; first++) {
    char *runs = lazy_copy(new_block(4, 7), 4);
    CHECK(chunk_make_writable(runs + CHUNKSIZE, 1) == 0 && chunk_make_writable(runs + 3 * CHUNKSIZE, 1) == 0);
    lazy_copy(runs, 4);
    refused = refuse_copy_after_free(runs, MREMAP, first);
    CHECK(refused || first > 1);
  }
}

/* Sharing refused at first, for a reason that passes: it is asked for again, and what was
 * made private before is shared like all else. */
static void test_sharing_later(void) {
  const int MANY = (int)full_or(3000, 20);
  refuse(MREMAP, 1, FOR_EVER);
  char *private = new_block(2, 1);
  CHECK(refuse_nothing() > 0 && stats().frames_in_use == 2 && stats().bytes_saved == 0);
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

/* The system does not take warm frames back: they stay, and nothing waits for that to change. */
static void test_trim_refused(void) {
  skip_without_sharing();
  char *block = new_block(20, 1), *copy = lazy_copy(block, 20);
  fill(block, 20, 2);
  CHECK(chunks_free(copy, 20) == 0);
  size_t warm = stats().frames_cached;
  refuse(MADVISE, 1, FOR_EVER);
  chunk_trim();
  CHECK(refuse_nothing() > 0 && stats().frames_cached == warm && warm > 0);
  chunk_trim();
  CHECK(stats().frames_cached == 0 && holds(block, 20, 2));
}

static const struct test tests[] = {
    {"refusal_of_one", test_one_of_each, 60},
    {"refusal_holes_filled", test_holes_filled, 60},
    {"refusal_of_a_few", test_a_few, 120},
    {"refusal_from_then_on", test_from_then_on, 120},
    {"refusal_kills_first_write", test_write_without_memory, 20},
    {"refusal_of_sharing", test_without_sharing, 20},
    {"refusal_after_free", test_copy_after_free, 60},
    {"refusal_while_read", test_while_read, 60},
    {"refusal_of_sharing_once", test_sharing_later, 20},
    {"refusal_of_trim", test_trim_refused, 20},
};

RUN_TESTS(tests)
