/* The harness that all tests and both graders stand on: what misbehaves is stopped, and
 * told from what is slow. The limits are tiny, those of the machine included. */
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../harness/box.h"
#include "../harness/runner.h"

static const struct box_result *run(void (*body)(const void *), double seconds, double patience) {
  static struct box_result result;
  setenv("MACHINE_SLOWNESS", "1 1", 1);
  box_startup();
  box_run(&(struct box){.run = body, .seconds = seconds, .patience = patience}, &result);
  return &result;
}

static void spin(const void *unused) {
  (void)unused;
  for (;;) continue;
}

static void spin_in_grandchild(const void *unused) {
  pid_t child = fork();
  if (child == 0) {
    setsid();
    spin(unused);
  }
  wait_status(child);
}

/* The orphan works for a while after its parent has ended. */
static void leave_worker(const void *unused) {
  (void)unused;
  if (fork() == 0 && fork() == 0) {
    char *memory = mmap(NULL, 8 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    memset(memory, 1, 8 << 20);
    kill(getppid(), SIGKILL);
    spin(unused);
  }
  pause();
}

static void sleep_for_ever(const void *unused) {
  (void)unused;
  for (;;) pause();
}

static void *spin_in_thread(void *unused) {
  spin(unused);
  return NULL;
}

static void spin_beside_sleeper(const void *unused) {
  pthread_t thread;
  CHECK(pthread_create(&thread, NULL, spin_in_thread, NULL) == 0);
  sleep_for_ever(unused);
}

/* A parent of vfork is not asleep, and uses nothing: so is one that gets no turn. */
static void get_nothing(const void *unused) {
  if (vfork() == 0) {
    sleep_for_ever(unused);
    _exit(0);
  }
}

static void exit_with_three(const void *unused) {
  (void)unused;
  struct sigaction action;
  CHECK(sigaction(SIGCHLD, NULL, &action) == 0 && action.sa_handler == SIG_DFL);
  exit(3);
}

static void test_loops(void) {
  void (*bodies[])(const void *) = {spin, spin_in_grandchild, spin_beside_sleeper, leave_worker};
  for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
    const struct box_result *result = run(bodies[i], 0.2, 3);
    CHECK(result->ending == STOPPED_FOR_TIME && result->seconds >= 0.2);
    CHECK(strstr(box_describe(result).string, "0.2 s of processor time"));
  }
}

static void test_memory(void) {
  CHECK(run(leave_worker, 0.2, 3)->memory >= 8 << 20);
}

static void test_hangs(void) {
  const struct box_result *result = run(sleep_for_ever, 60, 0.3);
  CHECK(result->ending == STOPPED_ASLEEP && result->seconds < 0.3);
  CHECK(strncmp(box_describe(result).string, "hung", 4) == 0);
}

static void test_starves(void) {
  const struct box_result *result = run(get_nothing, 0.02, 0.3);
  CHECK(result->ending == STOPPED_STARVING && strstr(box_describe(result).string, "busy"));
}

static void test_ends(void) {
  const struct box_result *result = run(exit_with_three, 10, 10);
  CHECK(result->ending == ENDED_BY_EXIT && result->code == 3 && result->left_behind == 0);
}

/* A machine that is slower, or said to be, gives more. */
static void test_slow_machine(void) {
  setenv("SLOW", "2", 1);
  CHECK(run(spin, 0.1, 3)->limit == 0.2);
  unsetenv("SLOW");
  CHECK(run(spin, 0.1, 3)->limit == 0.1);
}

static const struct test tests[] = {
    {"harness_loops", test_loops, 20}, {"harness_memory", test_memory, 20},
    {"harness_hangs", test_hangs, 20}, {"harness_starves", test_starves, 20},
    {"harness_ends", test_ends, 20},   {"harness_slow_machine", test_slow_machine, 20},
};

int main(void) {
  return run_tests(tests, sizeof tests / sizeof *tests);
}
