/* Robustness with threads: what the handout does not ask for. */
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../bench/measure.h"
#include "checks.h"

static void start_thread(pthread_t *thread, const pthread_attr_t *attributes, void *(*body)(void *),
                         void *argument) {
  if (pthread_create(thread, attributes, body, argument) != 0) undecided("no thread could be made");
}

static void need_two_processors(void) {
  cpu_set_t processors;
  if (sched_getaffinity(0, sizeof processors, &processors) == 0 && CPU_COUNT(&processors) < 2) {
    undecided("two threads at once need two processors");
  }
}

/* Torn reads: chunks are full of one byte and get the same byte written, so that
 * a reader must never see another. */
enum { BYTE = 0xAB };

static struct {
  const unsigned char *_Atomic chunk; /* what the reader looks at */
  atomic_ulong passes;                /* how often it has read all pages */
  atomic_int torn;                    /* a byte that was never there, or -1 */
} reading = {.torn = -1};

static void *keep_reading(void *unused) {
  for (;;) {
    const volatile unsigned char *chunk = reading.chunk;
    for (size_t page = 0; page < SMALL_PAGES; page++) {
      unsigned char byte = chunk[page * SMALL_PAGE + 100];
      if (byte != BYTE) reading.torn = byte;
    }
    reading.passes++;
  }
  return unused;
}

static void let_reader_pass(void) {
  unsigned long seen = reading.passes;
  while (reading.passes < seen + 2) sched_yield();
}

static void write_under_reader(unsigned char *chunk) {
  reading.chunk = chunk;
  let_reader_pass();
  *(volatile unsigned char *)chunk = BYTE;
  let_reader_pass();
  if (reading.torn >= 0) {
    fail("a thread that read a chunk while another wrote its first byte saw 0x%02x, which was never there",
         (unsigned)reading.torn);
  }
}

void check_torn_read(void) {
  enum { PAIRS = 300 };
  pthread_t reader;
  need_two_processors();
  lab.startup();
  double start = now_us();
  for (size_t i = 0; i < PAIRS && now_us() - start < 1e6; i++) {
    unsigned char *original = new_chunk();
    memset(original, BYTE, CHUNKSIZE);
    unsigned char *copy = lazy_copy(original);
    reading.chunk = original;
    if (i == 0) start_thread(&reader, NULL, keep_reading, NULL);
    doing("wrote to a chunk while another thread read it");
    write_under_reader(copy);
    write_under_reader(original);
  }
}

/* Two writers: each writes its place of one shared chunk at the same moment. */
static struct {
  unsigned char *_Atomic chunk;
  atomic_uint round; /* the second thread writes when this moves on */
  atomic_uint done;  /* the last round it has written in */
} writing;

enum { FIRST_PLACE = 10, SECOND_PLACE = CHUNKSIZE - 10 };

static void *write_each_round(void *unused) {
  for (unsigned round = 1;; round++) {
    while (writing.round < round) continue;
    *(volatile unsigned char *)(writing.chunk + SECOND_PLACE) = 2;
    writing.done = round;
  }
  return unused;
}

void check_two_writers(void) {
  enum { ROUNDS = 400 };
  pthread_t second;
  need_two_processors();
  lab.startup();
  start_thread(&second, NULL, write_each_round, NULL);
  double start = now_us();
  for (unsigned round = 1; round <= ROUNDS && now_us() - start < 1e6; round++) {
    unsigned char *chunk = new_chunk();
    memset(chunk, BYTE, CHUNKSIZE);
    unsigned char *model = new_model(chunk);
    model[FIRST_PLACE] = 1;
    model[SECOND_PLACE] = 2;
    lazy_copy(chunk);
    doing("wrote to a shared chunk from two threads at once");
    writing.chunk = chunk;
    writing.round = round;
    *(volatile unsigned char *)(chunk + FIRST_PLACE) = 1;
    while (writing.done < round) sched_yield();
    compare(chunk, model, "two threads wrote to one chunk at once");
  }
}

/* A thread that is in the middle of printing, for ever. */
static atomic_bool printing;

static void *print_for_ever(void *unused) {
  flockfile(stdout);
  flockfile(stderr);
  printing = true;
  for (;;) pause();
  return unused;
}

void check_printf(void) {
  pthread_t thread;
  lab.startup();
  struct pair pair = new_pair(1);
  start_thread(&thread, NULL, print_for_ever, NULL);
  while (!printing) sched_yield();
  doing("wrote to a shared chunk while another thread was in printf: a printf in the handler waits for it");
  write_byte(pair.copy, pair.copy_model, 1, 0xA1);
  compare_pair(&pair, "the original changed when the copy was written", "the copy lost a write");
}

static void *write_to_pair(void *argument) {
  struct pair *pair = argument;
  write_byte(pair->copy, pair->copy_model, 1, 0xA1);
  write_byte(pair->original, pair->original_model, 2, 0xA1);
  return NULL;
}

void check_small_stack(void) {
  const size_t smallest = (size_t)sysconf(_SC_THREAD_STACK_MIN), size = 48 * 1024;
  pthread_attr_t attributes;
  pthread_t thread;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, smallest > size ? smallest : size);
  lab.startup();
  struct pair pair = new_pair(1);
  doing(
      "wrote to a shared chunk from a thread with a stack of %zu KiB: is there a buffer of a chunk's size in "
      "the "
      "handler?",
      size / 1024);
  start_thread(&thread, &attributes, write_to_pair, &pair);
  pthread_join(thread, NULL);
  compare_pair(&pair, "the original is wrong after a thread wrote to it",
               "the copy is wrong after a thread wrote to it");
}
