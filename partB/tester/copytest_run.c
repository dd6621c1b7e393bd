#include "copytest_run.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../measure/measure.h"
#include "../measure/text.h"
#include "lazycopy.h"

struct world {
  unsigned char **originals, **copies;
};

struct write {
  size_t chunk, offset;
  bool to_copy;
  unsigned char value;
};

/* Ends the run: nothing that it made is needed any longer. */
static _Noreturn void finish(int pipe, const struct outcome *outcome) {
  hide_progress();
  ssize_t written = write(pipe, outcome, sizeof *outcome);
  _exit(written == sizeof *outcome ? 0 : 1);
}

static void *need(void *memory, int pipe) {
  if (!memory) finish(pipe, &(struct outcome){.error = errno});
  return memory;
}

/* For the progress: each world is made, copied, and written and read; the rest is comparing. */
static size_t all_steps(const struct plan *plan) {
  return 4 * (size_t)plan->methods * plan->chunks;
}

static struct world make_world(const struct plan *plan, size_t done, int pipe) {
  struct world world = {need(calloc(plan->chunks, sizeof(char *)), pipe),
                        need(calloc(plan->chunks, sizeof(char *)), pipe)};
  uint64_t random = plan->seed;
  for (size_t i = 0; i < plan->chunks; i++) {
    world.originals[i] = need(chunk_alloc(), pipe);
    fill_random(world.originals[i], CHUNKSIZE, &random);
    show_progress(plan->label, done + i, all_steps(plan));
  }
  return world;
}

static struct write *plan_writes(const struct plan *plan, int pipe) {
  struct write *writes = need(calloc(plan->writes + 1, sizeof *writes), pipe);
  uint64_t random = ~plan->seed;
  for (size_t i = 0; i < plan->writes; i++) {
    writes[i].chunk = random_next(&random) % plan->chunks;
    uint64_t bits = random_next(&random);
    writes[i].offset = bits % CHUNKSIZE;
    writes[i].to_copy = bits >> 32 & 1;
    writes[i].value = (unsigned char)(bits >> 40);
  }
  return writes;
}

static double copy_all(struct world world, enum method method, size_t chunks, int pipe) {
  static void *(*const copies[METHODS])(void *) = {chunk_copy_eager, chunk_copy_lazy, chunk_snapshot};
  void *(*copy)(void *) = copies[method];
  double start = now_us();
  for (size_t i = 0; i < chunks; i++) world.copies[i] = need(copy(world.originals[i]), pipe);
  return now_us() - start;
}

static double read_copies(struct world world, size_t chunks) {
  double start = now_us();
  for (size_t i = 0; i < chunks; i++) read_all(world.copies[i], CHUNKSIZE);
  return now_us() - start;
}

static double write_some(struct world world, const struct write *writes, size_t count) {
  double start = now_us();
  for (size_t i = 0; i < count; i++) {
    unsigned char **side = writes[i].to_copy ? world.copies : world.originals;
    ((volatile unsigned char *)side[writes[i].chunk])[writes[i].offset] = writes[i].value;
  }
  return now_us() - start;
}

/* Half of the sides are originals, the others their copies. */
static unsigned char *side(const struct world *world, size_t i, size_t chunks) {
  return i < chunks ? world->originals[i] : world->copies[i - chunks];
}

static void compare_side(const struct world worlds[METHODS], size_t i, const struct plan *plan,
                         struct outcome *outcome) {
  const unsigned char *eager = side(&worlds[EAGER], i, plan->chunks);
  for (int method = LAZY; method < plan->methods && !outcome->differs; method++) {
    const unsigned char *other = side(&worlds[method], i, plan->chunks);
    if (memcmp(eager, other, CHUNKSIZE) == 0) continue;
    size_t offset = 0;
    while (eager[offset] == other[offset]) offset++;
    outcome->differs = true;
    outcome->method = method;
    outcome->in_copy = i >= plan->chunks;
    outcome->chunk = i % plan->chunks;
    outcome->offset = offset;
    outcome->values[EAGER] = eager[offset];
    outcome->values[method] = other[offset];
  }
}

static _Noreturn void run(const struct plan *plan, int pipe) {
  struct outcome outcome = {0};
  size_t chunks = plan->chunks;
  chunk_startup();
  struct world worlds[METHODS] = {make_world(plan, 0, pipe)};
  for (int i = LAZY; i < plan->methods; i++) worlds[i] = make_world(plan, (size_t)i * chunks, pipe);
  struct write *writes = plan_writes(plan, pipe);
  for (int turn = 0; turn < plan->methods; turn++) {
    enum method method = (turn + plan->first) % plan->methods;
    size_t done = (size_t)(plan->methods + 2 * turn) * chunks;
    double *us = outcome.us[method];
    long long before = memory_in_use(0);
    us[COPY] = copy_all(worlds[method], method, chunks, pipe);
    show_progress(plan->label, done + chunks, all_steps(plan));
    us[READ] = read_copies(worlds[method], chunks);
    us[WRITE] = write_some(worlds[method], writes, plan->writes);
    show_progress(plan->label, done + 2 * chunks, all_steps(plan));
    outcome.memory[method] = before < 0 ? -1 : memory_in_use(0) - before;
  }
  for (size_t i = 0; i < 2 * chunks && !outcome.differs; i++) compare_side(worlds, i, plan, &outcome);
  finish(pipe, &outcome);
}

int run_apart(const struct plan *plan, struct outcome *outcome) {
  int ends[2];
  pid_t copytest = getpid(), pid = -1;
  if (pipe(ends) == 0) pid = fork();
  if (pid < 0) {
    outcome->error = errno;
    return 0;
  }
  if (pid == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);    /* no run goes on when copytest has been ended, */
    if (getppid() != copytest) _exit(0); /* not even just before */
    close(ends[0]);
    run(plan, ends[1]);
  }
  close(ends[1]);
  ssize_t got = read(ends[0], outcome, sizeof *outcome);
  close(ends[0]);
  int status;
  while (waitpid(pid, &status, 0) < 0 && errno == EINTR) continue;
  return got == sizeof *outcome ? 0 : status;
}
