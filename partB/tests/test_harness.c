/* The harness that all tests and both graders stand on: what misbehaves is stopped, and
 * told from what is slow. The limits are tiny, those of the machine included. */
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../harness/box.h"
#include "../harness/runner.h"
#include "../measure/maps.h"
#include "support.h"

static const struct box_result *run_box(struct box box) {
  static struct box_result result;
  setenv("MACHINE_SLOWNESS", "1 1", 1);
  box_startup();
  box_run(&box, &result);
  return &result;
}

static const struct box_result *run(void (*body)(const void *), double seconds, double patience) {
  return run_box((struct box){.run = body, .seconds = seconds, .patience = patience});
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

/* To all streams: so many lines of eight bytes, the last of which says so. */
static void print_lines(const void *lines) {
  static const int descriptors[] = {STDOUT_FILENO, STDERR_FILENO, BOX_CHANNEL};
  for (int stream = 0; stream < BOX_STREAMS; stream++) {
    for (int i = *(const int *)lines; i > 0; i--) dprintf(descriptors[stream], "%7d\n", i);
  }
}

/* One that ignores signals, one in a session of its own, and an orphan. */
static void leave_three(const void *unused) {
  int ready[2];
  char byte;
  CHECK(pipe(ready) == 0);
  pid_t child = 0;
  for (int i = 0; i < 3; i++) {
    child = fork();
    if (child > 0) continue;
    if (i == 0) signal(SIGTERM, SIG_IGN);
    if (i == 1) setsid();
    if (i == 2 && fork() > 0) _exit(0);
    CHECK(write(ready[1], "", 1) == 1);
    sleep_for_ever(unused);
  }
  for (int i = 0; i < 3; i++) CHECK(read(ready[0], &byte, 1) == 1);
  CHECK(wait_status(child) == 0); /* or it might be left behind as well, on a busy machine */
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

/* It asks again and again, and is awake for moments only. */
static void poll_for_ever(const void *unused) {
  (void)unused;
  for (;;) usleep(1000);
}

static void test_hangs(void) {
  void (*bodies[])(const void *) = {sleep_for_ever, poll_for_ever};
  for (int i = 0; i < 2; i++) {
    const struct box_result *result = run(bodies[i], 60, 0.1);
    CHECK(result->ending == STOPPED_ASLEEP && result->seconds < 0.3);
    CHECK(strncmp(box_describe(result).string, "hung", 4) == 0);
  }
}

static int *runs;

static void get_nothing_again(void) {
  ++*runs;
  get_nothing(NULL);
}

static void run_what_starves(const void *unused) {
  (void)unused;
  setenv("MACHINE_SLOWNESS", "0.001 0.001", 1); /* so that it does not take long */
  unsetenv("TESTS");
  exit(run_tests(&(struct test){"starves", get_nothing_again, 1}, 1));
}

/* A machine that is busy is no reason to pass over a test that hangs. */
static void test_starves(void) {
  runs = mmap(NULL, sizeof *runs, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  const struct box_result *result = run(run_what_starves, 20, 20);
  CHECK(result->ending == ENDED_BY_EXIT && result->code == 1 && *runs == 2);
  CHECK(strncmp(result->streams[BOX_OUT].text, "FAILED  starves: it got ", 24) == 0);
}

static void test_ends(void) {
  const struct box_result *result = run(exit_with_three, 10, 10);
  CHECK(result->ending == ENDED_BY_EXIT && result->code == 3 && result->left_behind == 0);
}

/* Of output the beginning is kept, of the channel the end; and what is confined ends at a MiB. */
static void test_flood(void) {
  int lines = 40000;
  const struct box_result *result =
      run_box((struct box){.run = print_lines, .subject = &lines, .seconds = 10, .patience = 10});
  const struct box_stream *channel = &result->streams[BOX_SENT];
  CHECK(result->ending == ENDED_BY_EXIT);
  for (int i = 0; i < BOX_STREAMS; i++) CHECK(result->streams[i].total == (size_t)lines * 8);
  CHECK(strncmp(result->streams[BOX_OUT].text, "  40000\n", 8) == 0);
  CHECK(result->streams[BOX_ERR].kept == BOX_TEXT);
  CHECK(channel->kept <= BOX_TEXT && strcmp(channel->text + channel->kept - 8, "      1\n") == 0);
  skip_under_sanitizer(); /* which cannot live with what confines */
  lines = 1 << 30;
  result = run_box(
      (struct box){.run = print_lines, .subject = &lines, .seconds = 10, .patience = 10, .confined = true});
  CHECK(result->ending == STOPPED_FOR_OUTPUT && strstr(box_describe(result).string, "more than a MiB"));
}

static void test_leftovers(void) {
  const struct box_result *result = run(leave_three, 10, 10);
  CHECK(result->ending == ENDED_BY_EXIT && result->left_behind == 3);
  CHECK(wait_status(-1) == -1); /* there is no child, dead or alive */
}

/* Memory that is mapped twice is there once; what is private, or not mapped any more, too. */
static void test_mapped_memory(void) {
  enum { SIZE = 8 << 20, SLACK = 1 << 20 };
  int page = (int)sysconf(_SC_PAGESIZE);
  long long before = mapped_memory();
  if (before < 0) test_skip("the kernel does not say how much memory is mapped");
  char *once = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  char *own = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  memset(once, 1, SIZE);
  memset(own, 1, SIZE / 2);
  char *twice = mremap(once, 0, SIZE, MREMAP_MAYMOVE);
  if (twice == MAP_FAILED) test_skip("memory cannot be mapped twice here");
  CHECK(mprotect(once, (size_t)page, PROT_NONE) == 0 && munmap(twice, SIZE / 2) == 0);
  long long grown = mapped_memory() - before;
  CHECK(grown >= SIZE + SIZE / 2 && grown < SIZE + SIZE / 2 + SLACK);
}

/* A machine that is slower, or said to be, gives more. */
static void test_slow_machine(void) {
  setenv("SLOW", "2", 1);
  CHECK(run(spin, 0.1, 3)->limit == 0.2);
  unsetenv("SLOW");
  CHECK(run(spin, 0.1, 3)->limit == 0.1);
}

static const struct test tests[] = {
    {"harness_loops", test_loops, 20},
    {"harness_hangs", test_hangs, 20},
    {"harness_starves", test_starves, 20},
    {"harness_ends", test_ends, 20},
    {"harness_slow_machine", test_slow_machine, 20},
    {"harness_flood", test_flood, 20},
    {"harness_leftovers", test_leftovers, 20},
    {"harness_mapped_memory", test_mapped_memory, 20},
};

RUN_TESTS(tests)
