/* A refused mremap or mmap has unmapped its target, and another thread has mapped memory of its
 * own there: nobody maps over it, ever after. */
#include <unistd.h>

#include "check.h"
#include "refusal.h"
#include "support.h"

enum { COUNT = 12, MANY = 40, LARGE = 5000, NO_HOLE_LEFT = 9 };

/* What is there before the call, and what it is called with. */
static struct { char *block, *copy, *freed[3]; } scene;

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
struct nth {
  void (*act)(void);
  void (*act_on)(char *copy, char *snapshot, char *private);
  unsigned way; /* in which it is taken */
  long number;
};

static void with_hole(void *argument) {
  const struct nth *hole = argument;
  if (hole->number % 2) chunk_startup();
  if (hole->act != alloc_segment) {
    scene.block = new_block(COUNT, 1);
    scene.copy = lazy_copy(scene.block, COUNT);
    poke(scene.block + CHUNKSIZE, peek(scene.block + CHUNKSIZE));
    for (int i = 0; i < 3; i++) CHECK((scene.freed[i] = chunk_alloc()));
  }
  refuse(MREMAP | MMAP | hole->way, hole->number, 1);
  hole->act();
  if (refuse_nothing() == 0) _exit(NO_HOLE_LEFT);
  for (size_t i = 0; i < MANY; i++) {
    char *chunk = chunk_alloc(), *copy = chunk ? chunk_copy_lazy(chunk) : NULL;
    if (copy) fill(chunk, 1, i);
    if (copy) poke(copy, 1);
  }
  char *more = chunks_alloc(LARGE);
  if (more) fill(more, MANY, 3);
  CHECK(holes_hold() && lazycopy_is_valid(1) && lazycopy_matches_kernel());
  if (scene.block) CHECK(holds(scene.block, COUNT, 1) && holds(scene.copy, COUNT, 1));
}

/* Each call, in each way. */
static void leave_each(void (*run)(void *), struct nth hole, int may_abort) {
  for (hole.way = TAKEN_AT_FIRST; hole.way <= TAKEN_WHOLLY; hole.way *= 2) {
    int status = 0;
    for (hole.number = 1; status != NO_HOLE_LEFT; hole.number++) {
      status = status_of_child(run, &hole);
      CHECK(status == 0 || status == NO_HOLE_LEFT || (may_abort && status == 128 + SIGABRT));
    }
  }
}

static void leave_holes(void (*act)(void)) {
  leave_each(with_hole, (struct nth){.act = act}, 0);
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

static void write_to(char *copy, char *snapshot, char *private) {
  poke(copy, peek(snapshot) + peek(private));
}

static void make_all_writable(char *copy, char *snapshot, char *private) {
  chunk_make_writable(copy, 1);
  chunk_make_writable(snapshot, 1);
  chunk_pin(private, 1);
}

static void wake(char *copy, char *snapshot, char *private) {
  poke(private, peek(snapshot) + peek(copy));
}

static void restore(char *copy, char *snapshot, char *private) {
  chunk_restore(private, snapshot);
  chunk_restore(snapshot, copy);
}

/* The hole of a live chunk: the program ends before it writes to what is somebody else's. */
static void split_into_hole(void *argument) {
  const struct nth *hole = argument;
  char *chunk = new_block(1, 1), *copy = lazy_copy(chunk, 1), *snapshot = chunk_snapshot(chunk);
  char *private = new_block(1, 2);
  refuse(MREMAP | MMAP | hole->way, hole->number, 1);
  hole->act_on(copy, snapshot, private);
  if (refuse_nothing() == 0) _exit(NO_HOLE_LEFT);
  poke(copy, 2);
  chunk_copy_lazy(copy);
  CHECK(holds(chunk, 1, 1) && holes_hold());
}

static void leave_hole_in(void (*act_on)(char *, char *, char *)) {
  leave_each(split_into_hole, (struct nth){.act_on = act_on}, 1);
}

static void test_hole_of_live_chunk(void) {
  leave_hole_in(write_to);
  leave_hole_in(make_all_writable);
  leave_hole_in(wake);
  leave_hole_in(restore);
}

static const struct test tests[] = {
    {"hole_of_new_chunks", test_hole_of_new_chunks, 60}, {"hole_in_the_window", test_hole_in_the_window, 60},
    {"hole_of_copies", test_hole_of_copies, 60},         {"hole_of_freed", test_hole_of_freed, 60},
    {"hole_of_live_chunk", test_hole_of_live_chunk, 60},
};

RUN_TESTS(tests)
