/* A program that crashes, or does not, as its argument says. The grader runs it
 * linked with a library and preloaded with it. */
#include <dirent.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

#include "../../partB/grade/malloc_watch.h"
#include "../../partB/harness/box.h"
#include "message.h"

/* Pointers and a function that the compiler cannot see through. */
static volatile char *volatile nowhere = (char *)(uintptr_t)0x55;
static void (*volatile no_function)(void);
static volatile int errno_at_start;

static void write_nowhere(void) {
  *nowhere = 1;
  printf(MAIN_GOES_ON "\n");
}

static void read_nowhere(void) {
  errno_at_start = *nowhere;
}

/* The program's own headers, which are in memory that is read-only. */
static void write_readonly(void) {
  nowhere = (char *)(uintptr_t)getauxval(AT_PHDR);
  *nowhere = 1;
}

static void write_wild(void) {
  nowhere = (char *)(uintptr_t)(SIZE_MAX / 4 * 3);
  *nowhere = 1;
}

static void call_nothing(void) {
  no_function();
}

static void raise_it(void) {
  raise(SIGSEGV);
  printf(MAIN_GOES_ON "\n");
}

static void stay_healthy(void) {
  printf("all is well\n");
  fprintf(stderr, "a line on standard error\n");
  fflush(stdout);
  char line[20];
  if (!fgets(line, sizeof line, stdin)) printf("end of input\n");
  exit(7);
}

static void stay_silent(void) {}

static void print_random_numbers(void) {
  for (int i = 0; i < 5; i++) printf("rand() gives %d\n", rand());
}

static int count_descriptors(void) {
  DIR *directory = opendir("/proc/self/fd");
  int count = 0;
  while (directory && readdir(directory)) count++;
  if (directory) closedir(directory);
  return count;
}

static void print_state(void) {
  sigset_t blocked;
  sigprocmask(SIG_BLOCK, NULL, &blocked);
  printf("errno is %d\n", errno_at_start);
  printf("open descriptors: %d\n", count_descriptors());
  for (int i = 1; i < NSIG; i++) {
    struct sigaction action;
    bool handled = i != SIGSEGV && sigaction(i, NULL, &action) == 0 && action.sa_handler != SIG_DFL;
    printf("signal %d is %s, and %s\n", i, sigismember(&blocked, i) == 1 ? "blocked" : "let through",
           handled ? "handled" : "not handled");
  }
}

static void tell_about_handler(void) {
  struct sigaction action;
  bool none = sigaction(SIGSEGV, NULL, &action) == 0 && action.sa_handler == SIG_DFL;
  if (write(BOX_CHANNEL, none ? "none" : "some", 4) < 0) exit(3);
}

static atomic_bool printing;

static void *print_for_ever(void *unused) {
  flockfile(stdout);
  flockfile(stderr);
  printing = true;
  for (;;) pause();
  return unused;
}

static void crash_while_printing(void) {
  pthread_t thread;
  if (pthread_create(&thread, NULL, print_for_ever, NULL) != 0) exit(3);
  while (!printing) usleep(100);
  write_nowhere();
}

/* Async-signal-safe. */
static void tell_about_malloc(void) {
  malloc_watcher = NULL;
  if (write(BOX_CHANNEL, "malloc", 6) < 0) _exit(3);
}

static void crash_in_malloc(void) {
  malloc_watcher = tell_about_malloc;
  write_nowhere();
}

/* Output is kept back until there is a block of it, as in a pipe. */
static void crash_into_pipe(void) {
  setvbuf(stdout, NULL, _IOFBF, BUFSIZ);
  write_nowhere();
}

static void crash_unheard(void) {
  close(STDOUT_FILENO);
  close(STDERR_FILENO);
  write_nowhere();
}

static volatile int depth;

static int recurse(volatile char *above) {
  volatile char frame[4096];
  frame[0] = *above;
  if (++depth < 0) return 0;
  return recurse(frame) + frame[0];
}

static void overflow(void) {
  volatile char start = 0;
  recurse(&start);
}

static void *run_in_thread(void *argument) {
  void (*crash)(void);
  memcpy(&crash, argument, sizeof crash);
  crash();
  return NULL;
}

static void in_thread(void (*crash)(void)) {
  pthread_t thread;
  if (pthread_create(&thread, NULL, run_in_thread, &crash) == 0) pthread_join(thread, NULL);
}

static void crash_in_thread(void) {
  in_thread(write_nowhere);
}

static void overflow_in_thread(void) {
  in_thread(overflow);
}

/* What the library has printed before comes first, also if a buffer holds it. (Buffers are there from now
 * on.)
 */
static void say_that_main_begins(void) {
  printf(MAIN_BEGINS);
  fprintf(stderr, MAIN_BEGINS);
  fflush(stdout);
}

int main(int count, char **arguments) {
  static const struct {
    const char *name;
    void (*run)(void);
  } modes[] = {
      {"write", write_nowhere},       {"read", read_nowhere},      {"readonly", write_readonly},
      {"wild", write_wild},           {"call", call_nothing},      {"raise", raise_it},
      {"healthy", stay_healthy},      {"silent", stay_silent},     {"handler", tell_about_handler},
      {"rand", print_random_numbers}, {"state", print_state},      {"printf", crash_while_printing},
      {"malloc", crash_in_malloc},    {"unheard", crash_unheard},  {"pipe", crash_into_pipe},
      {"overflow", overflow},         {"thread", crash_in_thread}, {"thread-overflow", overflow_in_thread}};
  errno_at_start = errno;
  setvbuf(stdout, NULL, _IOLBF, BUFSIZ); /* as on a terminal, where students try their programs */
  say_that_main_begins();
  for (size_t i = 0; count == 2 && i < sizeof modes / sizeof *modes; i++) {
    if (strcmp(arguments[1], modes[i].name) != 0) continue;
    modes[i].run();
    return 0;
  }
  fprintf(stderr, "usage: victim MODE, started by the grader\n");
  return 2;
}
