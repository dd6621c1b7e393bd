#include <errno.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../measure/maps.h"
#include "bench.h"

enum { MOST_CHUNKS = 2000, TABLE = 1000, MOST_LIVE = 1000000 };

static struct block original;

static void make_original(const struct racer *racer, size_t count) {
  if (!racer->method->alloc(&original, count)) drop_out("no original");
  touch(&original);
}

void prepare_original(const struct racer *racer) {
  make_original(racer, racer->plan->chunks);
}

/* After all copies are released: the original as if just written. */
static void rewrite_original(const struct racer *racer) {
  if (racer->method->renew) racer->method->renew(&original);
  touch(&original);
}

static struct block need_copy(const struct racer *racer, struct block source) {
  struct block copy;
  if (!racer->method->copy(&source, &copy)) drop_out("no copy");
  return copy;
}

/* The times of one copy, and of one write, are added to a sum. */
static struct block time_copy(const struct racer *racer, struct block source, double *sum) {
  double start = now_us();
  struct block copy = need_copy(racer, source);
  *sum += now_us() - start;
  return copy;
}

static void time_write(char *address, size_t size, double *sum) {
  double start = now_us();
  memset(address, 1, size);
  __asm__ volatile("" : : : "memory");
  *sum += now_us() - start;
}

/* A chunk's place in an order that looks random and meets every chunk once. */
static size_t shuffled(size_t index, size_t count) {
  return index * 7919 % count; /* a prime, and no count is a multiple of it */
}

/* --- Single chunks --- */

void lap_copy_each(const struct racer *racer, double *figures) {
  static struct block copies[MOST_CHUNKS];
  double start = now_us();
  for (size_t i = 0; i < original.count; i++) copies[i] = need_copy(racer, part(&original, i, 1));
  figures[COPY] = (now_us() - start) / (double)original.count;
  for (size_t i = 0; i < original.count; i++) racer->method->release(&copies[i]);
  rewrite_original(racer);
}

/* Copied, written and freed, one after another; see how. */
void lap_write_each(const struct racer *racer, double *figures) {
  size_t size = racer->plan->how == WHOLE_CHUNK ? CHUNKSIZE : 1;
  for (size_t i = 0; i < original.count; i++) {
    struct block source = part(&original, i, 1), copy = time_copy(racer, source, &figures[COPY]);
    time_write(chunk_at(&copy, 0), size, &figures[WRITE]);
    if (racer->plan->how == NOTHING_FREED) {
      time_write(chunk_at(&source, 0), size, &figures[LAST]);
    } else {
      racer->method->release(&copy);
    }
  }
  for (int figure = COPY; figure <= LAST; figure++) figures[figure] /= (double)original.count;
}

/* --- Many live copies of a table --- */

static struct block live_copies[MOST_LIVE / TABLE];

void prepare_many_copies(const struct racer *racer) {
  size_t live = (size_t)racer->x;
  make_original(racer, live < TABLE ? live : TABLE);
  for (size_t i = 0; i < live / original.count; i++) live_copies[i] = need_copy(racer, original);
}

/* A byte in some of x copies that live on. */
void lap_write_some(const struct racer *racer, double *figures) {
  static size_t next;
  size_t live = (size_t)racer->x, writes = live < 2000 ? live / 10 : 200;
  for (size_t i = 0; i < writes; i++, next++) {
    size_t copy = shuffled(next, live);
    time_write(chunk_at(&live_copies[copy / TABLE], copy % TABLE), 1, &figures[WRITE]);
  }
  figures[WRITE] /= (double)writes;
}

/* --- Blocks --- */

/* A copy, a second one, and those after all of it was written. */
void lap_copy_block(const struct racer *racer, double *figures) {
  size_t repeats = 256 / original.count + 1;
  struct block first = time_copy(racer, original, &figures[COPY]);
  struct block second = time_copy(racer, original, &figures[SECOND]);
  racer->method->release(&first);
  racer->method->release(&second);
  for (size_t i = 0; i < repeats; i++) {
    rewrite_original(racer);
    struct block copy = time_copy(racer, original, &figures[AGAIN]);
    racer->method->release(&copy);
  }
  figures[AGAIN] /= (double)repeats;
}

/* Writes a byte in so many chunks, the first of them the skip-th. */
static void write_some_chunks(const struct block *block, size_t writes, size_t skip) {
  for (size_t i = 0; i < writes; i++) {
    *(volatile char *)chunk_at(block, shuffled(i + skip, block->count)) = 1;
  }
}

/* A byte in x percent of its chunks. */
void lap_copy_then_write(const struct racer *racer, double *figures) {
  double start = now_us();
  struct block copy = need_copy(racer, original);
  write_some_chunks(&copy, (size_t)(racer->x / 100 * (double)original.count + 0.5), 0);
  figures[BOTH] = now_us() - start;
  racer->method->release(&copy);
  rewrite_original(racer);
}

/* x copies with writes in between; only the last one is kept. */
void lap_snapshots(const struct racer *racer, double *figures) {
  uint64_t random = 1;
  size_t writes = original.count / 4, snapshots = (size_t)racer->x;
  for (size_t i = 0; i < snapshots; i++) {
    struct block snapshot = need_copy(racer, original);
    for (size_t k = 0; k < writes; k++) {
      uint64_t bits = random_next(&random);
      time_write(chunk_at(&original, bits % original.count) + (bits >> 40) % CHUNKSIZE, 1, &figures[WRITE]);
    }
    racer->method->release(&snapshot);
  }
  figures[WRITE] /= (double)(snapshots * writes);
  figures[MAPPINGS] = (double)count_mappings();
  time_copy(racer, original, &figures[AGAIN]);
}

/* --- Memory --- */

/* Of a block and x copies. Reads the original first: what the kernel keeps of a file in memory counts when it
 * is mapped. */
void lap_memory(const struct racer *racer, double *figures) {
  enum { WRITTEN_PERCENT = 5 };
  size_t count = (size_t)racer->x;
  struct block copies[count];
  for (size_t i = 0; i < count; i++) {
    copies[i] = need_copy(racer, original);
    write_some_chunks(&copies[i], original.count * WRITTEN_PERCENT / 100, 50 * i);
  }
  for (size_t i = 0; i < original.count; i++) read_all(chunk_at(&original, i), CHUNKSIZE);
  figures[MEMORY] = (double)memory_in_use(0);
  for (size_t i = 0; i < count; i++) {
    if (copies[i].child) figures[MEMORY] += (double)memory_in_use(copies[i].child);
  }
}

/* All memory but the frames, for each chunk of address space in use. */
static double bytes_per_chunk(long long before, size_t chunks) {
  struct chunk_stats stats;
  chunk_get_stats(&stats);
  double frames = (double)(stats.frames_in_use + stats.frames_cached) * CHUNKSIZE;
  return ((double)(memory_in_use(0) - before) - frames) / (double)chunks;
}

/* The library's own bytes a chunk, x copies: if many, of single chunks. */
void lap_records(const struct racer *racer, double *figures) {
  enum { FEW = 100, WRITTEN_OF = 64 };
  size_t count = (size_t)racer->x;
  struct block copies[count];
  uint64_t random = 1;
  memset(copies, 0, sizeof copies); /* so that it is in use */
  long long before = memory_in_use(0);
  prepare_original(racer);
  size_t each = count < FEW ? original.count : 1, chunks = count * each + original.count;
  for (size_t i = 0; i < count; i++) {
    copies[i] = need_copy(racer, part(&original, random_next(&random) % (original.count - each + 1), each));
  }
  figures[MEMORY] = bytes_per_chunk(before, chunks);
  for (size_t i = 0; i < count * each; i += WRITTEN_OF)
    time_write(chunk_at(&copies[i / each], i % each), 1, &figures[WRITE]);
  figures[WRITTEN] = bytes_per_chunk(before, chunks);
}

void lap_alloc_free(const struct racer *racer, double *figures) {
  static void *chunks[MOST_CHUNKS];
  size_t count = racer->plan->chunks;
  double start = now_us();
  for (size_t i = 0; i < count; i++) chunks[i] = chunk_alloc();
  double middle = now_us();
  for (size_t i = 0; i < count; i++) chunk_free(chunks[i]);
  figures[ALLOC] = (middle - start) / (double)count;
  figures[FREE] = (now_us() - middle) / (double)count;
}

/* --- Starting a program --- */

void prepare_program(const struct racer *racer) {
  clearenv();
  if (racer->preload && access(racer->preload, R_OK) != 0) drop_out(racer->preload);
  if (racer->preload) setenv("LD_PRELOAD", racer->preload, 1);
}

static double time_start(const char *program) {
  pid_t process;
  double start = now_us();
  errno = posix_spawn(&process, program, NULL, NULL, (char *[]){(char *)program, NULL}, environ);
  if (errno) drop_out(program);
  waitpid(process, NULL, 0);
  return now_us() - start;
}

/* The median of many starts: other work on the machine delays some of them. */
void lap_start(const struct racer *racer, double *figures) {
  enum { STARTS = 50 };
  double times[STARTS];
  char command[256];
  for (int i = 0; i < STARTS; i++) times[i] = time_start(racer->program);
  figures[START] = summarize(times, STARTS).median;
  snprintf(command, sizeof command, "%s count", racer->program);
  FILE *output = popen(command, "r");
  if (!output || fscanf(output, "%lf %lf", &figures[THREADS], &figures[MAPPINGS]) != 2) {
    drop_out("it did not count");
  }
  pclose(output);
}
