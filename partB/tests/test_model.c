/* The differential test: a random program of calls, writes, forks and threads runs on
 * chunks and on plain memory, which must stay equal, also where the kernel refuses calls or
 * does only a half of them. The library is the build for testing, which checks its own records
 * after each step, and every now and then compares them with /proc/self/maps.
 *
 *   SEED=42 STEPS=1000000 partB/build/tests/test_model     one long program
 *   SEEDS=250 partB/build/tests/test_model                 many short ones */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "acts.h"
#include "check.h"
#include "refusal.h"
#include "support.h"
#include "world.h"

enum { SMALL_WORLD = 60, CHILD_STEPS = 25, MOST_GENERATIONS = 3, REFUSED_STEPS = 6 };

static uint64_t seed;

_Noreturn void disagree(const char *file, int line, const char *condition) {
  fprintf(stderr, "SEED=%llu, step %ld (%s%s), generation %d:\n", (unsigned long long)seed, moment.step,
          moment.name, moment.is_refused ? ", refused" : "", moment.generation);
  test_failed(file, line, condition);
}

/* ---- Threads ---- */

/* Two threads write to two thirds of the chunks while this one copies and restores the rest. */
static struct {
  size_t live;
  uint64_t dice[2];
} writers;

static void *write_a_third(void *number) {
  size_t third = (size_t)(uintptr_t)number;
  uint64_t *state = &writers.dice[third];
  for (int i = 0; i < 20; i++) {
    size_t which = random_below(state, writers.live / 3) * 3 + third;
    pair_write(&world.pairs[which], random_below(state, CHUNKSIZE), (int)random_below(state, 256));
  }
  return NULL;
}

static void copy_and_restore(size_t which) {
  char *source = world.pairs[which].chunk,
       *copy = below(2) ? chunk_copy_lazy(source) : chunk_snapshot(source);
  AGREE(copy || moment.is_refused);
  if (copy) world_add(copy, 1, source);
  pair_write(&world.pairs[which], below(CHUNKSIZE), (int)below(256));
  if (!copy) return;
  int restored = chunk_restore(copy, source) == 0;
  AGREE(restored || moment.is_refused);
  if (restored || memcmp(copy, world.pairs[which].twin, CHUNKSIZE) == 0) world_copy(copy, source, 1);
}

void run_threads(void) {
  if (world.live < 6) return;
  moment.may_move = 1;
  pthread_t threads[2];
  writers.live = world.live;
  for (size_t i = 0; i < 2; i++) {
    writers.dice[i] = random_next(&dice);
    AGREE(pthread_create(&threads[i], NULL, write_a_third, (void *)(uintptr_t)i) == 0);
  }
  for (size_t i = 2; i < writers.live && i < 30; i += 3) copy_and_restore(i);
  for (size_t i = 0; i < 2; i++) pthread_join(threads[i], NULL);
}

/* ---- Steps ---- */

/* Refuses a few calls of some kinds, from some call of the act on. */
static void refuse_some(long most) {
  unsigned kinds = 1 + (unsigned)below(ANY_CALL);
  if (most == 1) kinds = 1u << below(4);
  refuse(kinds | HALF_DONE, 1 + (long)below(8), 1 + (long)below((size_t)most));
  moment.is_refused = moment.may_move = 1;
}

static void take_step(void) {
  size_t i = 0, roll = below(1000);
  while (roll >= acts[i].share) roll -= acts[i++].share;
  if (world.live == 0) i = 0;
  moment.is_refused = 0;
  while (world.live > SMALL_WORLD + below(MOST_CHUNKS / 4)) {
    moment.name = "free";
    release();
    AGREE(lazycopy_is_valid(moment.may_move)); /* the slots may be used again in this step */
  }
  moment.name = acts[i].name;
  if (below(REFUSED_STEPS) == 0) refuse_some(acts[i].most_refused);
  acts[i].run();
  refuse_nothing();
}

static void run_steps(long steps) {
  for (long i = 0; i < steps; i++) {
    moment.step++;
    moment.may_move = 0;
    take_step();
    AGREE(lazycopy_is_valid(moment.may_move));
    if (world.live > 0) AGREE(pair_agrees(&world.pairs[below(world.live)]));
    if (moment.step % 100 == 0) AGREE(world_agrees());
    if (moment.step % 500 == 0) AGREE(lazycopy_matches_kernel());
  }
}

/* The child goes on for a while, and so does the parent before it waits. */
void fork_and_go_on(void) {
  if (moment.generation >= MOST_GENERATIONS) return;
  moment.may_move = 1;
  pid_t child = fork();
  refuse_nothing();
  AGREE(child >= 0 && lazycopy_is_valid(1));
  moment.generation++;
  if (child == 0) {
    dice = ~dice;
    run_steps(CHILD_STEPS);
    AGREE(world_agrees() && lazycopy_matches_kernel());
    _exit(0);
  }
  if (below(2)) run_steps(CHILD_STEPS / 5);
  moment.generation--;
  moment.name = "child";
  AGREE(wait_status(child) == 0);
}

/* ---- Programs ---- */

static void run_program(long steps) {
  dice = seed;
  run_steps(steps);
  AGREE(world_agrees());
  while (world.live > 0) release();
  chunk_free(chunk_alloc()); /* time to unmap what could not be unmapped before */
  AGREE(stats().live_chunks == 0 && stats().frames_in_use == 0 && lazycopy_is_valid(0));
}

static void test_model(void) {
  uint64_t first = number_from("SEED", (uint64_t)time(NULL) << 16 ^ (uint64_t)getpid());
  uint64_t seeds = number_from("SEEDS", getenv("SEED") ? 1 : full_or(250, 3));
  long steps = (long)number_from("STEPS", 1000);
  printf("SEED=%llu SEEDS=%llu STEPS=%ld\n", (unsigned long long)first, (unsigned long long)seeds, steps);
  for (seed = first; seed < first + seeds; seed++) {
    pid_t program = fork();
    CHECK(program >= 0);
    if (program == 0) {
      run_program(steps);
      _exit(0);
    }
    AGREE(wait_status(program) == 0);
  }
}

static const struct test tests[] = {{"model", test_model, 600}};

RUN_TESTS(tests)
