/* The differential test: a random program of allocations, copies, frees, writes,
 * forks and threads runs on chunks and on plain memory, which must stay equal.
 * The library is the build for testing, which checks its own records after each
 * step, and every thousand steps compares them with /proc/self/maps.
 *
 *   STEPS=1000000 SEED=42 partB/build/tests/test_model */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "check.h"
#include "support.h"
#include "world.h"

enum { MOST_AT_ONCE = 12, SMALL_WORLD = 60, CHILD_STEPS = 25, MOST_GENERATIONS = 3 };

static uint64_t seed, dice;
static long step;
static const char *action = "";
static int generation; /* how many forks away from the test */
static int may_move;   /* has anything been copied lazily in this step, or a process forked? */

/* Like CHECK, and says how to get here again. */
#define AGREE(condition) ((condition) ? (void)0 : disagree(__LINE__, #condition))

static _Noreturn void disagree(int line, const char *condition) {
  fprintf(stderr, "SEED=%llu, step %ld (%s), generation %d:\n", (unsigned long long)seed, step, action,
          generation);
  test_failed(__FILE__, line, condition);
}

static size_t below(size_t bound) {
  return random_below(&dice, bound);
}

static char *any_chunk(void) {
  return world.pairs[below(world.live)].chunk;
}

/* A random run of live chunks, from the one it returns on. */
static char *any_run(size_t *count) {
  char *chunk = any_chunk();
  *count = world_run(chunk, 1 + below(MOST_AT_ONCE));
  return chunk;
}

static void allocate(void) {
  size_t count = 1 + below(MOST_AT_ONCE);
  char *chunks = count == 1 ? chunk_alloc() : chunks_alloc(count);
  AGREE(chunks);
  world_add(chunks, count, NULL);
}

static void copy_with(void *(*copy_chunks)(void *, size_t)) {
  size_t count;
  char *source = any_run(&count), *copy = copy_chunks(source, count);
  AGREE(copy);
  world_add(copy, count, source);
}

static void copy_lazily(void) {
  may_move = 1;
  copy_with(chunks_copy_lazy);
}

static void copy_eagerly(void) {
  copy_with(chunks_copy_eager);
}

static void release(void) {
  size_t count;
  char *chunks = any_run(&count);
  AGREE(chunks_free(chunks, count) == 0);
  world_remove(chunks, count);
  AGREE(chunks_free(chunks, count) == -1 && errno == EINVAL);
}

static void write_byte_of(const struct pair *pair, uint64_t *state) {
  size_t at = random_below(state, CHUNKSIZE);
  poke(pair->chunk + at, (int)random_next(state));
  pair->plain[at] = pair->chunk[at];
}

static void write_byte(void) {
  write_byte_of(&world.pairs[below(world.live)], &dice);
}

static void write_chunk(void) {
  char *chunk = any_chunk();
  fill(chunk, 1, dice);
  memcpy(world_plain(chunk), chunk, CHUNKSIZE);
}

static void make_writable(void) {
  size_t count;
  char *chunks = any_run(&count);
  size_t from = below(count * CHUNKSIZE), length = below(count * CHUNKSIZE - from) + 1;
  AGREE(chunk_make_writable(chunks + from, length) == 0);
}

/* Two threads write to two thirds of the chunks while this one copies the rest. */
static struct {
  size_t live;
  uint64_t seeds[2];
} shift;

static void *write_a_third(void *number) {
  size_t third = (size_t)(uintptr_t)number;
  for (int i = 0; i < 20; i++) {
    size_t at = random_below(&shift.seeds[third], shift.live / 3) * 3 + third;
    write_byte_of(&world.pairs[at], &shift.seeds[third]);
  }
  return NULL;
}

static void run_threads(void) {
  if (world.live < 6) return;
  may_move = 1;
  pthread_t threads[2];
  shift.live = world.live;
  for (size_t i = 0; i < 2; i++) {
    shift.seeds[i] = random_next(&dice);
    AGREE(pthread_create(&threads[i], NULL, write_a_third, (void *)(uintptr_t)i) == 0);
  }
  for (size_t i = 2; i < shift.live && i < 30; i += 3) {
    char *source = world.pairs[i].chunk, *copy = lazy_copy(source, 1);
    world_add(copy, 1, source);
    write_byte_of(&world.pairs[i], &dice);
  }
  for (size_t i = 0; i < 2; i++) pthread_join(threads[i], NULL);
}

static void run_steps(long steps);

/* The child goes on for a while, and so does the parent before it waits. */
static void fork_and_go_on(void) {
  if (generation >= MOST_GENERATIONS) return;
  may_move = 1;
  pid_t child = fork();
  AGREE(child >= 0 && lazycopy_is_valid(1));
  generation++;
  if (child == 0) {
    dice = ~dice;
    run_steps(CHILD_STEPS);
    AGREE(world_agrees() && lazycopy_matches_kernel());
    _exit(0);
  }
  if (below(2)) run_steps(CHILD_STEPS / 5);
  generation--;
  action = "child";
  AGREE(wait_status(child) == 0);
}

/* How likely each action is, in a thousand. */
static const struct {
  const char *name;
  void (*run)(void);
  unsigned share;
} actions[] = {
    {"allocate", allocate, 60},           {"copy lazily", copy_lazily, 200},
    {"copy eagerly", copy_eagerly, 20},   {"free", release, 160},
    {"write a byte", write_byte, 450},    {"write a chunk", write_chunk, 60},
    {"make writable", make_writable, 40}, {"threads", run_threads, 6},
    {"fork", fork_and_go_on, 4},
};

static void take_step(void) {
  size_t i = 0, roll = below(1000);
  while (roll >= actions[i].share) roll -= actions[i++].share;
  if (world.live == 0) i = 0;
  while (world.live > SMALL_WORLD + below(MOST_CHUNKS / 4)) {
    action = "free";
    release();
    AGREE(lazycopy_is_valid(may_move)); /* the slots may be used again in this step */
  }
  action = actions[i].name;
  actions[i].run();
}

static void run_steps(long steps) {
  for (long i = 0; i < steps; i++) {
    step++;
    may_move = 0;
    take_step();
    AGREE(lazycopy_is_valid(may_move));
    if (world.live > 0) AGREE(pair_agrees(&world.pairs[below(world.live)]));
    if (step % 100 == 0) AGREE(world_agrees());
    if (step % 500 == 0) AGREE(lazycopy_matches_kernel());
  }
}

static uint64_t number_from(const char *name, uint64_t otherwise) {
  const char *text = getenv(name);
  return text && *text ? strtoull(text, NULL, 10) : otherwise;
}

static void test_model(void) {
  seed = dice = number_from("SEED", (uint64_t)time(NULL) << 16 ^ (uint64_t)getpid());
  long steps = (long)number_from("STEPS", full_or(100000, 1000));
  printf("SEED=%llu STEPS=%ld\n", (unsigned long long)seed, steps);
  run_steps(steps);
  while (world.live > 0) release();
  CHECK(stats().live_chunks == 0 && stats().frames_in_use == 0 && lazycopy_is_valid(0));
}

static const struct test tests[] = {{"model", test_model, 36000}};

int main(void) {
  return run_tests(tests, sizeof tests / sizeof *tests);
}
