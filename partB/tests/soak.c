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
#include "storm.h"
#include "support.h"

enum { THREADS = 8, CACHE_KIB = 64 * 1024, SLACK_KIB = 8 * 1024 };

static atomic_int stop;
static atomic_long steps;

static void *storm_on(void *seed) {
  struct storm storm = {.dice = *(uint64_t *)seed};
  for (; !stop; steps++) storm_step(&storm);
  storm_end(&storm);
  return NULL;
}

/* In a child, where the other threads are gone. */
static _Noreturn void go_on_alone(uint64_t seed, unsigned linger) {
  struct storm storm = {.dice = seed};
  CHECK(storm_common_holds());
  for (int i = 0; i < 200; i++) storm_step(&storm);
  storm_end(&storm);
  sleep(linger);
  CHECK(storm_common_holds());
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

int main(void) {
  uint64_t state = number_from("SEED", (uint64_t)time(NULL)), seeds[THREADS];
  long seconds = (long)number_from("SECONDS", 600);
  pthread_t threads[THREADS];
  setvbuf(stdout, NULL, _IOLBF, 0);
  printf("SEED=%llu SECONDS=%ld\n", (unsigned long long)state, seconds);
  storm_prepare();
  long memory = memory_kib();
  size_t mappings = mapping_count();
  for (int i = 0; i < THREADS; i++) {
    seeds[i] = random_next(&state);
    CHECK(pthread_create(&threads[i], NULL, storm_on, &seeds[i]) == 0);
  }
  fork_for(seconds, &state);
  stop = 1;
  for (int i = 0; i < THREADS; i++) pthread_join(threads[i], NULL);
  CHECK(storm_common_holds() && stats().live_chunks == COMMON);
  long grown = memory_kib() - memory;
  printf("%ld steps; memory grown by %ld KiB, mappings by %ld\n", (long)steps, grown,
         (long)mapping_count() - (long)mappings);
  CHECK(grown < CACHE_KIB + SLACK_KIB);
  CHECK(mapping_count() < mappings + 1000);
  puts("OK: values right, memory where it was");
  return 0;
}
