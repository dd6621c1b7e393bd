/* Laps of snapshots of a table that is written at random: rings of them, and going back. Each
 * takes the medians of its rounds. */
#include <sys/wait.h>
#include <unistd.h>

#include "../measure/maps.h"
#include "bench.h"

enum { ROUNDS = 16, MOST_KEPT = 64, WRITES = 100 };

static struct block table;
static double times[FIGURES][ROUNDS];
static uint64_t random_state = 1;

static void make_table(const struct racer *racer, size_t count) {
  if (!racer->method->alloc(&table, count)) drop_out("no original");
  touch(&table);
}

static void take(const struct racer *racer, struct block *copy) {
  if (!racer->method->copy(&table, copy)) drop_out("no copy");
}

static void write_at_random(const struct block *block, size_t writes) {
  for (size_t i = 0; i < writes; i++) {
    size_t place = random_next(&random_state) % (block->count * CHUNKSIZE);
    *(volatile char *)(chunk_at(block, place / CHUNKSIZE) + place % CHUNKSIZE) = (char)i;
  }
}

static void find_medians(double *figures) {
  for (int i = 0; i < FIGURES; i++) figures[i] = summarize(times[i], ROUNDS).median;
}

/* As many copies are kept as the plan says: the oldest is freed, one is taken, x bytes are written. */
void lap_ring(const struct racer *racer, double *figures) {
  struct block kept[MOST_KEPT];
  size_t keep = racer->plan->copies, writes = (size_t)racer->x;
  make_table(racer, racer->plan->chunks);
  for (size_t round = 0; round < keep + ROUNDS; round++) {
    struct block *oldest = &kept[round % keep];
    double start = now_us();
    if (round >= keep) racer->method->release(oldest);
    double freed = now_us();
    take(racer, oldest);
    double copied = now_us();
    write_at_random(&table, writes);
    double written = now_us();
    if (round < keep) continue;
    times[FREE][round - keep] = freed - start;
    times[COPY][round - keep] = copied - freed;
    times[WRITE][round - keep] = (written - copied) / (double)writes;
  }
  find_medians(figures);
  figures[MAPPINGS] = (double)count_mappings();
}

/* Where nothing can be restored, a child writes and ends. */
static void write_in_child(void) {
  pid_t child = fork();
  if (child < 0) drop_out("no child");
  if (child == 0) {
    write_at_random(&table, WRITES);
    _exit(0);
  }
  waitpid(child, NULL, 0);
}

/* Of x bytes: some are written, and then all is as before. */
void lap_restore(const struct racer *racer, double *figures) {
  struct block snapshot;
  make_table(racer, (size_t)racer->x / CHUNKSIZE);
  if (racer->method->restore) take(racer, &snapshot);
  for (int round = 0; round < ROUNDS; round++) {
    double start = now_us(), written = start;
    if (racer->method->restore) {
      write_at_random(&table, WRITES);
      written = now_us();
      racer->method->restore(&table, &snapshot);
    } else {
      write_in_child();
    }
    double end = now_us();
    times[WRITE][round] = (written - start) / WRITES;
    times[UNDO][round] = end - written;
    times[BOTH][round] = end - start;
  }
  find_medians(figures);
}

/* A copy, and single bytes at 1,024 random places in it. Memory is what they take beside the table. */
void lap_scattered_writes(const struct racer *racer, double *figures) {
  enum { PLACES = 1024 };
  struct block copy;
  make_table(racer, racer->plan->chunks);
  long long before = memory_in_use(0);
  for (int round = 0; round < ROUNDS; round++) {
    double start = now_us();
    take(racer, &copy);
    double copied = now_us();
    write_at_random(&copy, PLACES);
    times[WRITE][round] = (now_us() - copied) / PLACES;
    times[COPY][round] = copied - start;
    times[MEMORY][round] = (double)(memory_in_use(0) + (copy.child ? memory_in_use(copy.child) : 0) - before);
    racer->method->release(&copy);
    if (racer->method->renew) racer->method->renew(&table);
    touch(&table);
  }
  find_medians(figures);
}
