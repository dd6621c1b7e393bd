/* Programs that start processes without end, in every way to escape who follows them: the box
 * stops and kills them all. Should it not, they end by themselves: none starts another after a few
 * seconds, or beyond the processes that this test allows itself. */
#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../harness/box.h"
#include "../harness/runner.h"
#include "support.h"

enum { MOST_STARTED = 2000, SECONDS = 20 };

/* In memory that all processes share. */
static struct {
  atomic_int tries, started;
  atomic_bool over; /* there were enough, and it ended by itself */
  struct timespec began;
} * bomb;

/* Counts a try; false when there were enough. */
static bool goes_on(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  bomb->tries++;
  if (now.tv_sec - bomb->began.tv_sec < SECONDS && bomb->started < MOST_STARTED) return true;
  bomb->over = true;
  return false;
}

static pid_t start_another(void) {
  if (!goes_on()) _exit(0);
  pid_t child = fork();
  bomb->started += child > 0;
  return child;
}

static void fork_for_ever(void) {
  for (;;) start_another();
}

/* Each has a session of its own, and lives as short as can be. */
static void fork_and_leave(void) {
  for (;;) {
    if (start_another() > 0) _exit(0);
    setsid();
  }
}

/* Twice, so that the grandchild has lost its parent. */
static void fork_twice(void) {
  for (;;) {
    pid_t child = start_another();
    if (child == 0 && start_another() > 0) _exit(0);
    if (child > 0) waitpid(child, NULL, 0);
  }
}

static void vfork_for_ever(void) {
  while (goes_on()) {
    pid_t child = vfork();
    if (child == 0) {
      execl("/bin/sh", "sh", "-c",
            "(trap '' TERM HUP INT; for i in 1 2 3 4 5 6 7 8; do sleep 1 & wait; done) &", NULL);
      _exit(0);
    }
    bomb->started += child > 0;
  }
}

static void ignore_signals(void) {
  for (int i = 1; i < NSIG; i++) signal(i, SIG_IGN);
  signal(SIGCHLD, SIG_DFL);
  fork_for_ever();
}

static void fork_here(int signal_number) {
  (void)signal_number;
  start_another();
}

/* Continues all others of its group, and forks when it is continued itself. */
static void continue_all(void) {
  signal(SIGCONT, fork_here);
  for (;;) {
    kill(0, SIGCONT);
    start_another();
  }
}

/* A chain: each has one child, and waits. */
static void fork_a_chain(void) {
  while (start_another() == 0) continue;
  for (;;) pause();
}

static const struct way {
  const char *name;
  void (*start)(void);
} ways[] = {{"fork", fork_for_ever},   {"leave", fork_and_leave},  {"twice", fork_twice},
            {"vfork", vfork_for_ever}, {"ignore", ignore_signals}, {"continue", continue_all},
            {"chain", fork_a_chain}};

static void start(const void *way) {
  ((const struct way *)way)->start();
}

static struct box_result *run_bomb(const struct way *way) {
  static struct box_result result;
  bomb = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  clock_gettime(CLOCK_MONOTONIC, &bomb->began);
  setenv("MACHINE_SLOWNESS", "1 1", 1);
  box_startup();
  box_run(&(struct box){.run = start, .subject = way, .seconds = 0.5, .patience = 0.5, .confined = true},
          &result);
  return &result;
}

/* Nothing starts processes any more, and there is no child, dead or alive. */
static void check_all_are_gone(const struct way *way) {
  int tries = bomb->tries;
  usleep(100000);
  if (bomb->tries != tries) printf("%s: still goes on\n", way->name);
  CHECK(bomb->tries == tries);
  CHECK(waitpid(-1, NULL, WNOHANG) == -1 && errno == ECHILD);
}

static void blow_up(const struct way *way) {
  struct box_result *result = run_bomb(way);
  printf("%s: %s, %d left behind, %d started\n", way->name, box_describe(result).string, result->left_behind,
         bomb->started);
  check_all_are_gone(way);
}

enum { WAYS = sizeof ways / sizeof *ways };

/* As root nothing limits them: they may end by themselves before the box has stopped them. */
static void test_bombs(void) {
  for (size_t i = 0; i < WAYS; i++) blow_up(&ways[i]);
  CHECK(run_bomb(&ways[0])->ending == STOPPED_FOR_PROCESSES);
}

/* As an ordinary user who may have few processes: there the bomb gets no more, and goes on trying. */
static void test_bombs_of_a_user(void) {
  struct rlimit few = {250, 250};
  if (geteuid() == 0 && setresuid(65534, 65534, 65534) != 0) test_skip("no other user here");
  setrlimit(RLIMIT_NPROC, &few);
  for (size_t i = 0; i < WAYS; i++) {
    blow_up(&ways[i]);
    CHECK(!bomb->over);
  }
}

static volatile pid_t *sleeper; /* in shared memory */

static void leave_sleeper(const void *unused) {
  (void)unused;
  if (fork() == 0) {
    setsid();
    *sleeper = getpid();
  }
  for (;;) pause();
}

static _Noreturn void be_interrupted(void) {
  static struct box_result result;
  box_startup();
  box_run(&(struct box){.run = leave_sleeper, .seconds = 60, .patience = 60}, &result);
  _exit(1);
}

/* Whoever ends a grader ends all that it has started. */
static void test_interrupted(void) {
  static const int signals[] = {SIGINT, SIGTERM, SIGHUP};
  sleeper = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  for (size_t i = 0; i < 3; i++) {
    *sleeper = 0;
    signal(signals[i], SIG_DFL); /* a shell that starts this in the background has them ignored */
    pid_t caller = fork();
    if (caller == 0) be_interrupted();
    while (!*sleeper) usleep(1000);
    kill(caller, signals[i]);
    CHECK(wait_status(caller) == 128 + signals[i]);
    CHECK(kill(*sleeper, 0) != 0);
  }
}

static const struct test tests[] = {
    {"bombs", test_bombs, 60},
    {"bombs_interrupted", test_interrupted, 20},
    {"bombs_of_a_user", test_bombs_of_a_user, 60},
};

RUN_TESTS(tests)
