/* Many threads at once: on the same chunk, on copies of it, and each on chunks
 * of its own. */
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#include "storm.h"
#include "support.h"

enum { WORDS = CHUNKSIZE / sizeof(size_t), THREADS = 4 };

static pthread_t start(void *(*body)(void *), void *argument) {
  pthread_t thread;
  CHECK(pthread_create(&thread, NULL, body, argument) == 0);
  return thread;
}

/* --- A program's first calls, by several threads at once. --- */

struct first_calls {
  pthread_barrier_t barrier;
  char *chunks[THREADS];
  atomic_size_t count;
  size_t apart; /* how long each waits more than another */
};

static void *call_first(void *argument) {
  struct first_calls *calls = argument;
  size_t i = atomic_fetch_add(&calls->count, 1);
  pthread_barrier_wait(&calls->barrier);
  for (volatile size_t steps = i * calls->apart; steps > 0; steps--) continue;
  calls->chunks[i] = chunk_alloc();
  fill(calls->chunks[i], 1, (int)i + 1);
  return NULL;
}

static void make_first_calls(void *apart) {
  static struct first_calls calls;
  calls.apart = *(size_t *)apart;
  pthread_t threads[THREADS];
  pthread_barrier_init(&calls.barrier, NULL, THREADS);
  for (size_t i = 0; i < THREADS; i++) threads[i] = start(call_first, &calls);
  for (size_t i = 0; i < THREADS; i++) pthread_join(threads[i], NULL);
  for (size_t i = 0; i < THREADS; i++) CHECK(holds(calls.chunks[i], 1, (int)i + 1));
  CHECK(stats().live_chunks == THREADS);
}

static void test_first_calls(void) {
  for (size_t apart = 0; apart < 20000; apart += 50) CHECK(status_of_child(make_first_calls, &apart) == 0);
}

/* --- Two threads fault on one chunk: both go on, and one split happens. --- */

struct race {
  pthread_barrier_t barrier;
  char *_Atomic target;
};

static void *write_second_byte(void *argument) {
  struct race *race = argument;
  for (;;) {
    pthread_barrier_wait(&race->barrier);
    char *target = race->target;
    if (!target) return NULL;
    poke(target + 40000, 2);
    pthread_barrier_wait(&race->barrier);
  }
}

static void test_two_faults_one_split(void) {
  int shares = sharing_works();
  struct race race = {.target = NULL};
  pthread_barrier_init(&race.barrier, NULL, 2);
  pthread_t other = start(write_second_byte, &race);
  char *chunk = new_block(1, 1);
  for (int round = 0; round < 2000; round++) {
    char *copy = lazy_copy(chunk, 1);
    size_t splits = stats().splits;
    race.target = copy;
    pthread_barrier_wait(&race.barrier);
    poke(copy + 100, 1);
    pthread_barrier_wait(&race.barrier);
    CHECK(peek(copy + 100) == 1 && peek(copy + 40000) == 2);
    if (shares) CHECK(stats().splits == splits + 1);
    if (shares) CHECK(stats().frames_in_use == 2);
    CHECK(holds(chunk, 1, 1));
    chunk_free(copy);
  }
  race.target = NULL;
  pthread_barrier_wait(&race.barrier);
  pthread_join(other, NULL);
}

/* --- Copies taken while another thread writes: each word is old or new. --- */

struct writer {
  size_t *words;
  atomic_size_t generation; /* the last one that is written completely */
  atomic_int stop;
};

static size_t word_of(size_t generation) {
  return generation * (size_t)0x9E3779B97F4A7C15u;
}

static void *write_generations(void *argument) {
  struct writer *writer = argument;
  for (size_t generation = 1; !writer->stop; generation++) {
    for (size_t i = 0; i < WORDS; i++) ((volatile size_t *)writer->words)[i] = word_of(generation);
    writer->generation = generation;
  }
  return NULL;
}

/* The writer goes from first word to last, so a copy taken between two completed
 * generations may hold those two, what lies between, and the one begun last. */
static void check_words(const size_t *copy, size_t before, size_t after) {
  for (size_t i = 0; i < WORDS; i++) {
    size_t generation = before;
    while (generation <= after + 1 && copy[i] != word_of(generation)) generation++;
    CHECK(generation <= after + 1);
  }
}

static void copy_while_writing(void *(*copy_chunk)(void *), size_t rounds) {
  skip_under_thread_sanitizer();
  struct writer writer = {.words = chunk_alloc()};
  CHECK(writer.words);
  pthread_t thread = start(write_generations, &writer);
  for (size_t round = 0; round < rounds; round++) {
    size_t before = writer.generation;
    size_t *copy = copy_chunk(writer.words);
    CHECK(copy);
    size_t after = writer.generation;
    check_words(copy, before, after);
    size_t *second = copy_chunk(copy);
    CHECK(second && memcmp(second, copy, CHUNKSIZE) == 0);
    if (round % 2) poke(second, 1);
    CHECK(chunk_free(copy) == 0 && chunk_free(second) == 0);
  }
  writer.stop = 1;
  pthread_join(thread, NULL);
  check_words(writer.words, writer.generation, writer.generation);
}

static void test_lazy_copy_while_writing(void) {
  copy_while_writing(chunk_copy_lazy, full_or(400, 150));
}

static void test_eager_copy_while_writing(void) {
  copy_while_writing(chunk_copy_eager, full_or(400, 60));
}

/* --- Threads write different bytes of one block while it is copied: no write is lost. --- */

struct stripe {
  unsigned char *block;
  size_t thread;
  atomic_int *stop;
};

enum { STRIPE_CHUNKS = 4, STRIPE_BYTES = STRIPE_CHUNKS * CHUNKSIZE };

static void *write_stripe(void *argument) {
  struct stripe *stripe = argument;
  unsigned char value = 0;
  do {
    value++;
    for (size_t i = stripe->thread; i < STRIPE_BYTES; i += 101 * THREADS) poke(stripe->block + i, value);
    for (size_t i = stripe->thread; i < STRIPE_BYTES; i += 101 * THREADS) CHECK(stripe->block[i] == value);
  } while (!*stripe->stop);
  return NULL;
}

static void test_no_write_is_lost(void) {
  atomic_int stop = 0;
  unsigned char *block = chunks_alloc(STRIPE_CHUNKS);
  struct stripe stripes[THREADS];
  pthread_t threads[THREADS];
  for (size_t i = 0; i < THREADS; i++) {
    stripes[i] = (struct stripe){block, i, &stop};
    threads[i] = start(write_stripe, &stripes[i]);
  }
  for (int round = 0; round < 1000; round++) {
    char *copy = lazy_copy(block, STRIPE_CHUNKS);
    char *part = lazy_copy(block + CHUNKSIZE, 2);
    if (round % 3 == 0) CHECK(chunk_make_writable(block, STRIPE_BYTES) == 0);
    CHECK(chunks_free(copy, STRIPE_CHUNKS) == 0 && chunks_free(part, 2) == 0);
  }
  stop = 1;
  for (size_t i = 0; i < THREADS; i++) pthread_join(threads[i], NULL);
}

/* --- Storms: each thread allocates, copies, writes, frees and checks its own. --- */

static void *storm(void *seed) {
  struct storm own = {.dice = (uintptr_t)seed};
  for (int step = 0; step < (int)full_or(1500, 80); step++) storm_step(&own);
  storm_end(&own);
  return NULL;
}

static void test_storm(void) {
  storm_prepare();
  pthread_t threads[THREADS];
  for (uintptr_t i = 0; i < THREADS; i++) threads[i] = start(storm, (void *)(i + 1));
  for (size_t i = 0; i < THREADS; i++) pthread_join(threads[i], NULL);
  CHECK(storm_common_holds() && stats().live_chunks == COMMON && stats().frames_in_use == COMMON);
}

static const struct test tests[] = {
    {"threads_first_calls", test_first_calls, 60},
    {"threads_two_faults_one_split", test_two_faults_one_split, 60},
    {"threads_lazy_copy_while_writing", test_lazy_copy_while_writing, 60},
    {"threads_eager_copy_while_writing", test_eager_copy_while_writing, 60},
    {"threads_no_write_is_lost", test_no_write_is_lost, 60},
    {"threads_storm", test_storm, 120},
};

RUN_TESTS(tests)
