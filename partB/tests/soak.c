/* make soak: hours of everything in minutes. Threads storm through random copies,
 * writes and frees while the process forks every second; each child checks what
 * it inherited, storms a little, and exits, one child in ten only later. In the end
 * all values must be right and the memory must be where it was.
 *
 *   SECONDS=600 SEED=1 partB/build/tests/soak */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "probe.h"
#include "support.h"

enum { THREADS = 8, SLOTS = 16, COMMON = 8, CACHE_KIB = 64 * 1024, SLACK_KIB = 8 * 1024 };

/* A thread's blocks, each filled with the pattern of a seed. */
struct slot {
  char *chunks;
  size_t count;
  uint64_t seed;
};

static char *common; /* copied by all, written by none */
static atomic_int stop;
static atomic_long steps;

static void drop(struct slot *slot) {
  if (!slot->chunks) return;
  CHECK(holds(slot->chunks, slot->count, slot->seed));
  CHECK(chunks_free(slot->chunks, slot->count) == 0);
  slot->chunks = NULL;
}

/* Replaces a slot by a copy of another one or of the common block, and perhaps
 * writes all of it or the first bytes of it. */
static void take_step(struct slot *slots, uint64_t *state) {
  struct slot *slot = &slots[random_below(state, SLOTS)], *from = &slots[random_below(state, SLOTS)];
  struct slot source = from->chunks && from != slot ? *from : (struct slot){common, COMMON, 77};
  drop(slot);
  slot->count = source.count;
  slot->seed = source.seed;
  slot->chunks = random_below(state, 20) ? chunks_copy_lazy(source.chunks, source.count)
                                         : chunks_copy_eager(source.chunks, source.count);
  CHECK(slot->chunks);
  if (random_below(state, 2) == 0) fill(slot->chunks, slot->count, slot->seed = random_next(state));
  if (random_below(state, 8) == 0) CHECK(chunk_make_writable(slot->chunks, slot->count * CHUNKSIZE) == 0);
  if (random_below(state, 4) == 0) poke(slot->chunks, peek(slot->chunks));
}

static void *storm(void *argument) {
  uint64_t state = *(uint64_t *)argument;
  struct slot slots[SLOTS] = {{NULL, 0, 0}};
  while (!stop) {
    take_step(slots, &state);
    steps++;
  }
  for (size_t i = 0; i < SLOTS; i++) drop(&slots[i]);
  return NULL;
}

/* In a child, where the other threads are gone. */
static _Noreturn void go_on_alone(uint64_t state, unsigned linger) {
  struct slot slots[SLOTS] = {{NULL, 0, 0}};
  CHECK(holds(common, COMMON, 77));
  for (int i = 0; i < 200; i++) take_step(slots, &state);
  for (size_t i = 0; i < SLOTS; i++) drop(&slots[i]);
  sleep(linger);
  CHECK(holds(common, COMMON, 77));
  _exit(0);
}

/* A fork a second. Children that linger are waited for in the end. */
static void fork_for(long seconds, uint64_t *state) {
  pid_t *lingering = calloc((size_t)seconds, sizeof *lingering);
  CHECK(lingering);
  for (long second = 0; second < seconds; second++) {
    int lingers = second % 10 == 3;
    pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0) go_on_alone(random_next(state), lingers ? 15 : 0);
    if (lingers) lingering[second] = child;
    sleep(1);
    CHECK(lingers || wait_status(child) == 0);
    if (second % 60 == 59) {
      printf("%ld s, %ld steps, %ld MiB, %zu mappings\n", second + 1, (long)steps, memory_kib() / 1024,
             mapping_count());
    }
  }
  for (long second = 0; second < seconds; second++) {
    CHECK(!lingering[second] || wait_status(lingering[second]) == 0);
  }
  free(lingering);
}

static uint64_t number_from(const char *name, uint64_t otherwise) {
  const char *text = getenv(name);
  return text && *text ? strtoull(text, NULL, 10) : otherwise;
}

int main(void) {
  uint64_t state = number_from("SEED", (uint64_t)time(NULL)), seeds[THREADS];
  long seconds = (long)number_from("SECONDS", 600);
  pthread_t threads[THREADS];
  setvbuf(stdout, NULL, _IOLBF, 0);
  printf("SEED=%llu SECONDS=%ld\n", (unsigned long long)state, seconds);
  common = new_block(COMMON, 77);
  long memory = memory_kib();
  size_t mappings = mapping_count();
  for (int i = 0; i < THREADS; i++) {
    seeds[i] = random_next(&state);
    CHECK(pthread_create(&threads[i], NULL, storm, &seeds[i]) == 0);
  }
  fork_for(seconds, &state);
  stop = 1;
  for (int i = 0; i < THREADS; i++) pthread_join(threads[i], NULL);
  CHECK(holds(common, COMMON, 77) && stats().live_chunks == COMMON);
  long grown = memory_kib() - memory;
  printf("%ld steps; memory grown by %ld KiB, mappings by %ld\n", (long)steps, grown,
         (long)mapping_count() - (long)mappings);
  CHECK(grown < CACHE_KIB + SLACK_KIB);
  CHECK(mapping_count() < mappings + 1000);
  puts("OK: values right, memory where it was");
  return 0;
}
