/* Robustness with threads: what the handout does not ask for. */
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../harness/effort.h"
#include "../measure/measure.h"
#include "checks.h"

static void start_thread(pthread_t *thread, const pthread_attr_t *attributes, void *(*body)(void *),
                         void *argument) {
  if (pthread_create(thread, attributes, body, argument) != 0) undecided("no thread could be made");
}

/* Keeps the calling thread on one of the processors it may use: the first, or
 * the second. Two threads on one processor would hardly ever meet. */
static void stay_on_processor(int which) {
  cpu_set_t allowed, one;
  CPU_ZERO(&one);
  if (sched_getaffinity(0, sizeof allowed, &allowed) != 0) return;
  for (int i = 0; i < CPU_SETSIZE; i++) {
    if (CPU_ISSET(i, &allowed) && which-- == 0) CPU_SET(i, &one);
  }
  if (CPU_COUNT(&one) == 0) undecided("two threads at once need two processors");
  sched_setaffinity(0, sizeof one, &one);
}

/* Starts a second thread beside this one. */
static void start_pair(void *(*body)(void *)) {
  pthread_t thread;
  start_thread(&thread, NULL, body, NULL);
  stay_on_processor(0);
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
  stay_on_processor(1);
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
  while (reading.passes < seen + 2) continue;
}

/* Did the reader read while the chunk was split? A write that takes no time is
 * no split, and needs no reader. */
static bool write_under_reader(unsigned char *chunk) {
  const double no_split_us = 1;
  reading.chunk = chunk;
  let_reader_pass();
  unsigned long passes = reading.passes;
  double start = now_us();
  *(volatile unsigned char *)chunk = BYTE;
  bool overlapped = now_us() - start < no_split_us || reading.passes > passes + 1;
  let_reader_pass();
  if (reading.torn >= 0) {
    fail("a thread that read a chunk while another wrote its first byte saw 0x%02x, which was never there",
         (unsigned)reading.torn);
  }
  return overlapped;
}

/* Of processor time, for both threads together. */
static const double MOST_SECONDS = 2.5;

/* Threads that never met prove nothing. */
static void need_meetings(unsigned meetings) {
  const unsigned enough = 30;
  if (meetings < enough) undecided("the machine is too busy: two threads met only %u times", meetings);
}

void check_torn_read(void) {
  enum { PAIRS = 300 };
  unsigned meetings = 0;
  lab.startup();
  for (size_t i = 0; i < PAIRS && effort_of_this_process() < MOST_SECONDS; i++) {
    unsigned char *original = new_chunk();
    memset(original, BYTE, CHUNKSIZE);
    unsigned char *copy = lazy_copy(original);
    reading.chunk = original;
    if (i == 0) start_pair(keep_reading);
    doing("wrote to a chunk while another thread read it");
    meetings += write_under_reader(copy);
    meetings += write_under_reader(original);
  }
  need_meetings(meetings);
}

/* Two writers: each writes its place of one shared chunk, the second at another
 * moment of the first one's split in each round. */
static struct {
  unsigned char *_Atomic chunk;
  atomic_uint round;     /* the second thread writes when this moves on */
  atomic_uint done;      /* the last round it has written in */
  double started, ended; /* when it did, in microseconds; read once it is done */
} second;

enum { FIRST_PLACE = 10, SECOND_PLACE = CHUNKSIZE - 10 };

static void wait_us(double microseconds) {
  double start = now_us();
  while (now_us() - start < microseconds) continue;
}

static void *write_each_round(void *unused) {
  const unsigned moments = 40;
  stay_on_processor(1);
  for (unsigned round = 1;; round++) {
    while (second.round < round) continue;
    wait_us(2.5 * (round % moments));
    second.started = now_us();
    *(volatile unsigned char *)(second.chunk + SECOND_PLACE) = 2;
    second.ended = now_us();
    second.done = round;
  }
  return unused;
}

/* Did the second thread write while the first did? */
static bool write_with_second(unsigned char *chunk, unsigned round) {
  second.chunk = chunk;
  second.round = round;
  double start = now_us();
  *(volatile unsigned char *)(chunk + FIRST_PLACE) = 1;
  double end = now_us();
  while (second.done < round) continue;
  return second.started <= end && second.ended >= start;
}

void check_two_writers(void) {
  enum { ROUNDS = 2000 };
  unsigned char *model = NULL;
  unsigned meetings = 0;
  lab.startup();
  start_pair(write_each_round);
  for (unsigned round = 1; round <= ROUNDS && effort_of_this_process() < MOST_SECONDS; round++) {
    unsigned char *chunk = new_chunk();
    memset(chunk, BYTE, CHUNKSIZE);
    if (!model) model = new_model(chunk);
    model[FIRST_PLACE] = 1;
    model[SECOND_PLACE] = 2;
    lazy_copy(chunk);
    doing("wrote to a shared chunk from two threads at once");
    meetings += write_with_second(chunk, round);
    compare(chunk, model, "two threads wrote to one chunk at once");
  }
  need_meetings(meetings);
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

/* Where no first write works, that one alone would not be the reason. */
static void need_split(void) {
  struct pair pair = new_pair(2);
  write_side(&pair, true, 1, 0xA1);
  write_side(&pair, false, 2, 0xA1);
}

void check_busy_printf(void) {
  pthread_t thread;
  lab.startup();
  need_split();
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
  need_split();
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
