/* Refusals that have done a half: mprotect has changed the first of its mappings, mremap and mmap have
 * unmapped their target, and another thread has mapped memory of its own there. Whatever
 * was written stays, plain writes go on, and nobody's memory is mapped over. */
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "kin.h"
#include "refusal.h"
#include "support.h"

enum { COUNT = 12 };

/* --- Protection --- */

/* Consists of several mappings: the middle has been copied and written. */
static char *block_in_pieces(uint64_t seed) {
  char *block = new_block(COUNT, seed);
  lazy_copy(block + 4 * CHUNKSIZE, 2);
  fill(block, COUNT, seed);
  return block;
}

static void write_all(char *block, size_t count, int value) {
  for (size_t i = 0; i < count; i++) {
    poke(block + i * CHUNKSIZE, value);
    CHECK(peek(block + i * CHUNKSIZE) == value);
  }
}

static void copy_it(char *block) {
  chunks_copy_lazy(block, COUNT - 3);
}

static void fork_with_it(char *block) {
  pid_t child = fork_or_fail();
  if (child == 0) {
    refuse_nothing();
    if (!holds(block, COUNT, 1)) _exit(1);
    write_all(block, COUNT, 7);
    _exit(0);
  }
  CHECK(wait_status(child) == 0);
}

static void make_it_writable(char *block) {
  CHECK(chunk_make_writable(block, COUNT * CHUNKSIZE) == 0 || errno == ENOMEM);
}

/* From each call on so many are refused, until there is no such call. */
static void refuse_protection(void (*act)(char *), unsigned kinds) {
  for (long in_a_row = 1; in_a_row <= 16; in_a_row *= 2) {
    long refused = 1;
    for (long first = 1; refused > 0; first++) {
      char *block = block_in_pieces(1), *shared = act == make_it_writable ? lazy_copy(block, COUNT) : NULL;
      refuse(kinds | HALF_DONE, first, in_a_row);
      act(block);
      refused = refuse_nothing();
      CHECK(holds(block, COUNT, 1));
      write_all(block, COUNT, (int)first);
      CHECK((!shared || holds(shared, COUNT, 1)) && lazycopy_is_valid(1) && lazycopy_matches_kernel());
      CHECK(chunks_free(block, COUNT) == 0);
    }
  }
}

static void test_protection(void) {
  refuse_protection(copy_it, MPROTECT);
  refuse_protection(copy_it, MPROTECT | MREMAP | MMAP);
}

static void test_protection_before_fork(void) {
  refuse_protection(fork_with_it, MPROTECT);
  refuse_protection(fork_with_it, MPROTECT | MREMAP);
}

static void test_protection_of_split(void) {
  refuse_protection(make_it_writable, MPROTECT | MREMAP | MMAP);
}

/* --- Holes --- */

enum { MANY = 40, LARGE = 5000 };

/* What is there before the call, and what it is called with. */
static struct {
  char *block, *copy, *freed[3];
} scene;

static void alloc_one(void) {
  chunk_alloc();
}

static void alloc_many(void) {
  chunks_alloc(MANY);
}

static void alloc_segment(void) {
  chunks_alloc(LARGE);
}

static void copy_lazily(void) {
  chunks_copy_lazy(scene.block, COUNT);
}

static void copy_eagerly(void) {
  chunks_copy_eager(scene.block, COUNT);
}

/* In two steps, so that there is something between what is free. */
static void free_some(void) {
  CHECK(chunk_free(scene.freed[1]) == 0 && chunk_free(scene.freed[0]) == 0);
}

/* In a child: the n-th call is refused and leaves a hole, in which another thread maps its memory. What
 * concerns free slots only must not end the program. */
struct hole {
  void (*act)(void);
  long number;
};

enum { NO_HOLE_LEFT = 9 };

static void with_hole(void *argument) {
  const struct hole *hole = argument;
  if (hole->number % 2) chunk_startup();
  if (hole->act != alloc_segment) {
    scene.block = block_in_pieces(1);
    scene.copy = lazy_copy(scene.block, COUNT);
    poke(scene.block + CHUNKSIZE, peek(scene.block + CHUNKSIZE));
    for (int i = 0; i < 3; i++) CHECK((scene.freed[i] = chunk_alloc()));
  }
  refuse(MREMAP | MMAP | TAKEN, hole->number, 1);
  hole->act();
  if (refuse_nothing() == 0) _exit(NO_HOLE_LEFT);
  for (size_t i = 0; i < MANY; i++) {
    char *chunk = chunk_alloc(), *copy = chunk ? chunk_copy_lazy(chunk) : NULL;
    if (copy) fill(chunk, 1, i);
    if (copy) poke(copy, 1);
  }
  char *more = chunks_alloc(LARGE);
  if (more) write_all(more, MANY, 3);
  CHECK(holes_hold() && lazycopy_is_valid(1) && lazycopy_matches_kernel());
  if (scene.block) CHECK(holds(scene.block, COUNT, 1) && holds(scene.copy, COUNT, 1));
}

static void leave_holes(void (*act)(void)) {
  struct hole hole = {act, 0};
  int status;
  do {
    hole.number++;
    status = status_of_child(with_hole, &hole);
    CHECK(status == 0 || status == NO_HOLE_LEFT);
  } while (status != NO_HOLE_LEFT);
}

static void test_hole_of_new_chunks(void) {
  leave_holes(alloc_one);
  leave_holes(alloc_many);
}

static void test_hole_in_the_window(void) {
  leave_holes(alloc_segment);
}

static void test_hole_of_copies(void) {
  leave_holes(copy_lazily);
  leave_holes(copy_eagerly);
}

static void test_hole_of_freed(void) {
  leave_holes(free_some);
}

/* The hole of a live chunk: the program ends before it writes to what is somebody else's. */
static void split_into_hole(void *number) {
  char *chunk = new_block(1, 1), *copy = lazy_copy(chunk, 1);
  refuse(MREMAP | MMAP | TAKEN, *(const long *)number, 1);
  if (*(const long *)number % 2) {
    poke(copy, 1);
  } else {
    chunk_make_writable(copy, 1);
  }
  if (refuse_nothing() == 0) _exit(NO_HOLE_LEFT);
  poke(copy, 2);
  chunk_copy_lazy(copy);
  CHECK(holds(chunk, 1, 1) && holes_hold());
}

static void test_hole_of_live_chunk(void) {
  int status = 0;
  for (long number = 1; status != NO_HOLE_LEFT; number++) {
    status = status_of_child(split_into_hole, &number);
    CHECK(status == 0 || status == NO_HOLE_LEFT || status == 128 + SIGABRT);
  }
}

/* --- Writes of another thread, while a chunk that could not be protected is made private --- */

static char *written;
static int value;

static void *write_it(void *unused) {
  poke(written, value);
  poke(written + CHUNKSIZE - 1, value);
  return unused;
}

static void write_in_another_thread(void) {
  pthread_t writer;
  CHECK(pthread_create(&writer, NULL, write_it, NULL) == 0 && pthread_join(writer, NULL) == 0);
}

static void test_write_while_made_private(void) {
  skip_without_sharing();
  written = new_block(1, 1);
  int ran = 1;
  for (long number = 1; ran; number++) {
    value = (int)number;
    refuse(MPROTECT, 1, FOR_EVER);
    meanwhile(MREMAP | MMAP | MPROTECT, number, write_in_another_thread);
    pid_t child = fork_or_fail();
    if (child == 0) _exit(0);
    ran = meanwhile_ran();
    refuse_nothing();
    CHECK(wait_status(child) == 0);
    CHECK(!ran || (peek(written) == value && peek(written + CHUNKSIZE - 1) == value));
    CHECK(chunk_free(lazy_copy(written, 1)) == 0 && chunk_make_writable(written, 1) == 0);
  }
}

/* The same with a thread that counts up all the time. */
static atomic_int stop;

static void *count_up(void *unused) {
  volatile uint64_t *counter = (volatile uint64_t *)(void *)written;
  for (uint64_t i = 1; !stop; i++) {
    *counter = i * 0x0101010101010101u;
    CHECK(*counter == i * 0x0101010101010101u);
  }
  return unused;
}

static void test_count_while_made_private(void) {
  skip_without_sharing();
  skip_under_thread_sanitizer();
  pthread_t writer;
  written = new_block(1, 1);
  CHECK(pthread_create(&writer, NULL, count_up, NULL) == 0);
  for (size_t i = 0; i < full_or(2000, 200); i++) {
    refuse(MPROTECT, 1, FOR_EVER);
    pid_t child = fork_or_fail();
    if (child == 0) _exit(0);
    refuse_nothing();
    CHECK(wait_status(child) == 0);
    CHECK(chunk_free(lazy_copy(written, 1)) == 0 && chunk_make_writable(written, 1) == 0);
  }
  stop = 1;
  pthread_join(writer, NULL);
}

/* --- Refusals that must not be taken for more than they are --- */

/* One at the start does not decide how many chunks there may be ever after. */
static void start_refused(void *argument) {
  const struct hole *refused = argument;
  refuse(MREMAP | MMAP | MPROTECT | MADVISE, refused->number, 1);
  chunk_free(chunk_alloc());
  if (refuse_nothing() == 0) _exit(NO_HOLE_LEFT);
  CHECK(chunks_alloc((size_t)1 << 17));
}

static void test_refused_at_start(void) {
  if (!WIDE_ADDRESSES) test_skip("little address space");
  skip_under_sanitizer();
  skip_without_sharing();
  struct hole refused = {NULL, 0};
  int status = 0;
  while (status != NO_HOLE_LEFT) {
    refused.number++;
    status = status_of_child(start_refused, &refused);
    CHECK(status == 0 || status == NO_HOLE_LEFT);
  }
}

/* Where memory is short, no more of it is asked for to spare mappings. */
static void test_short_of_memory(void) {
  skip_without_sharing();
  char *block = new_block(MANY, 1), *copy = lazy_copy(block, MANY);
  for (size_t i = 0; i < MANY; i += 4) poke(copy + i * CHUNKSIZE, 1);
  for (long first = 1; first <= 3; first++) {
    size_t before = stats().frames_in_use;
    refuse(MADVISE, first, FOR_EVER);
    int result = chunk_make_writable(copy + (size_t)(first * 4 + 2) * CHUNKSIZE, 1);
    refuse_nothing();
    CHECK(stats().frames_in_use == before + (result == 0));
  }
  CHECK(holds(block, MANY, 1));
}

static const struct test tests[] = {
    {"half_done_protection", test_protection, 60},
    {"half_done_protection_before_fork", test_protection_before_fork, 60},
    {"half_done_protection_of_split", test_protection_of_split, 60},
    {"half_done_hole_of_new_chunks", test_hole_of_new_chunks, 60},
    {"half_done_hole_in_the_window", test_hole_in_the_window, 60},
    {"half_done_hole_of_copies", test_hole_of_copies, 60},
    {"half_done_hole_of_freed", test_hole_of_freed, 60},
    {"half_done_hole_of_live_chunk", test_hole_of_live_chunk, 60},
    {"half_done_write_while_made_private", test_write_while_made_private, 60},
    {"half_done_count_while_made_private", test_count_while_made_private, 60},
    {"half_done_at_start", test_refused_at_start, 60},
    {"half_done_short_of_memory", test_short_of_memory, 60},
};

int main(void) {
  return run_tests(tests, sizeof tests / sizeof *tests);
}
