/* Laps of freeing much: how long it takes, and how long others wait for it. */
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#include "bench.h"

/* A block of which one page is touched. */
void lap_free_sparse(const struct racer *racer, double *figures) {
  struct block sparse, copy;
  if (!racer->method->alloc(&sparse, racer->plan->chunks)) drop_out("no original");
  *chunk_at(&sparse, sparse.count / 2) = 1;
  double start = now_us();
  if (!racer->method->copy(&sparse, &copy)) drop_out("no copy");
  double copied = now_us();
  racer->method->release(&copy);
  double freed = now_us();
  racer->method->release(&sparse);
  figures[COPY] = copied - start;
  figures[AGAIN] = freed - copied;
  figures[FREE] = now_us() - freed;
}

enum { OTHERS = 20000, PAUSE_US = 100 };
static atomic_bool stop;

/* In another thread: makes first writes to a lazy copy, and finds out how long the longest took. */
static void *write_on(void *copy) {
  static double longest;
  for (size_t i = 0; i < OTHERS && !stop; i++) {
    double start = now_us();
    *((volatile char *)copy + i * CHUNKSIZE) = 1;
    double time = now_us() - start;
    if (time > longest) longest = time;
    usleep(PAUSE_US);
  }
  return &longest;
}

/* The longest first write of another thread while a block that was written is freed. The two
 * threads may run on processors of their own. */
void lap_wait(const struct racer *racer, double *figures) {
  struct block block;
  pthread_t other;
  void *longest, *written = chunks_alloc(OTHERS), *copy = chunks_copy_lazy(written, OTHERS);
  cpu_set_t all;
  memset(&all, -1, sizeof all);
  sched_setaffinity(0, sizeof all, &all); /* if that fails, they take turns */
  if (!copy || !racer->method->alloc(&block, racer->plan->chunks)) drop_out("no original");
  touch(&block);
  if (pthread_create(&other, NULL, write_on, copy) != 0) drop_out("no thread");
  usleep(10000);
  double start = now_us();
  racer->method->release(&block);
  figures[FREE] = now_us() - start;
  stop = true;
  pthread_join(other, &longest);
  figures[WAIT] = *(double *)longest;
}
