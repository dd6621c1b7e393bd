/* While one thread's write splits a chunk, other threads that read it see the bytes that were
 * there all along. (The handout's split does not keep this: it maps fresh zeros over the chunk and
 * copies the bytes back afterwards.) Nor are copies torn that are made meanwhile. */
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>

#include "support.h"

enum { READERS = 2, STEP = 4096 / sizeof(size_t), WORDS = CHUNKSIZE / sizeof(size_t) };
static const size_t everywhere = (size_t)0x5A5A5A5A5A5A5A5Au;

static const volatile size_t *_Atomic watched; /* its words at multiples of STEP are never written */
static atomic_size_t strange_words, reads, numbers;
static atomic_int stop;

static void *read_all_the_time(void *unused) {
  while (!stop) {
    const volatile size_t *chunk = watched;
    for (size_t i = 0; i < WORDS; i += STEP) strange_words += chunk[i] != everywhere;
    reads++;
  }
  return unused;
}

/* Splits source and copy in turn under the readers' eyes. The copies are freed with the process,
 * after the readers have left. */
static void test_readers_see_one_version(void) {
  size_t *chunk = chunk_alloc();
  for (size_t i = 0; i < WORDS; i++) chunk[i] = everywhere;
  watched = chunk;
  pthread_t readers[READERS];
  for (int i = 0; i < READERS; i++) CHECK(pthread_create(&readers[i], NULL, read_all_the_time, NULL) == 0);
  for (size_t i = 0; i < full_or(300, 100); i++) {
    size_t *copy = (size_t *)lazy_copy(chunk, 1);
    watched = i % 2 ? copy : chunk;
    size_t before = reads;
    while (reads < before + 2 * READERS) sched_yield();
    poke(copy + 1, 1);
    poke(chunk + 1, 2);
  }
  stop = 1;
  for (int i = 0; i < READERS; i++) pthread_join(readers[i], NULL);
  CHECK(strange_words == 0);
}

/* --- A lazy copy of a block is of one moment, whatever is written meanwhile --- */

enum { COUNT = 20 };

static volatile size_t *first_word(char *block, size_t chunk) {
  return (size_t *)(block + chunk * CHUNKSIZE);
}

static void *write_numbers(void *block) {
  for (size_t number = 1; !stop; number++) {
    for (size_t i = 0; i < COUNT; i++) *first_word(block, i) = number;
    numbers++;
  }
  return NULL;
}

/* Each number is written to the chunks one after the other, so that one that is in the copy
 * is in all chunks before, or a later one. */
static void test_one_moment(void) {
  skip_without_sharing();
  skip_under_thread_sanitizer();
  char *block = chunks_alloc(COUNT);
  pthread_t writer;
  CHECK(block && pthread_create(&writer, NULL, write_numbers, block) == 0);
  for (size_t round = 0; round < full_or(2000, 200); round++) {
    char *copy = lazy_copy(block, COUNT);
    size_t before = numbers;
    while (round % 2 && numbers < before + 2) sched_yield();
    for (size_t i = 1; i < COUNT; i++) CHECK(*first_word(copy, i) <= *first_word(copy, i - 1));
    CHECK(*first_word(copy, 0) - *first_word(copy, COUNT - 1) <= 1);
    CHECK(chunks_free(copy, COUNT) == 0);
  }
  stop = 1;
  pthread_join(writer, NULL);
  CHECK(stats().eager_fallbacks == 0);
}

static const struct test tests[] = {
    {"torn_readers_see_one_version", test_readers_see_one_version, 60},
    {"torn_not_in_a_copy", test_one_moment, 60},
};

RUN_TESTS(tests)
