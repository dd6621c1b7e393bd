/* The alternate stack of every thread: there, guarded, large enough, gone when
 * the thread ends, and not in the way of the program. This program is linked with
 * the library. */
#include <dirent.h>
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/resource.h>
#include <threads.h>
#include <unistd.h>

#include "../../partB/harness/runner.h"
#include "../../partB/measure/maps.h"
#include "observe.h"

#ifndef AT_MINSIGSTKSZ
#define AT_MINSIGSTKSZ 51
#endif

static int count_descriptors(void) {
  int count = 0;
  DIR *directory = opendir("/proc/self/fd");
  CHECK(directory);
  while (readdir(directory)) count++;
  closedir(directory);
  return count;
}

/* Is the byte in a mapping that may be neither read nor written? */
static bool is_guarded(const char *byte) {
  struct mapping mapping;
  return maps_find(byte, &mapping) && strncmp(mapping.permissions, "--", 2) == 0;
}

static void check_stack(void) {
  stack_t stack;
  CHECK(sigaltstack(NULL, &stack) == 0);
  CHECK(!(stack.ss_flags & SS_DISABLE));
  CHECK(stack.ss_size >= getauxval(AT_MINSIGSTKSZ) + 32 * 1024);
  CHECK(is_guarded((char *)stack.ss_sp - 1));
  memset(stack.ss_sp, 1, stack.ss_size);
}

static void *check_thread(void *argument) {
  check_stack();
  return argument;
}

static int check_c11_thread(void *argument) {
  check_stack();
  return *(int *)argument;
}

static void run_thread(void *(*start)(void *), void *argument, void **result) {
  pthread_t thread;
  CHECK(pthread_create(&thread, NULL, start, argument) == 0);
  CHECK(pthread_join(thread, result) == 0);
}

static void test_every_thread_has_one(void) {
  int number = 42, result = 0;
  void *same;
  thrd_t thread;
  check_stack();
  run_thread(check_thread, &number, &same);
  CHECK(same == &number);
  CHECK(thrd_create(&thread, check_c11_thread, &number) == thrd_success);
  CHECK(thrd_join(thread, &result) == thrd_success);
  CHECK(result == 42);
}

static void *exit_thread(void *argument) {
  pthread_exit(argument);
}

static void *wait_to_be_cancelled(void *argument) {
  for (;;) pause();
  return argument;
}

static int exit_c11_thread(void *argument) {
  (void)argument;
  thrd_exit(7);
}

/* Each way in which a thread can end. */
static void end_threads(void) {
  void *result;
  pthread_t thread;
  thrd_t c11;
  int number;
  run_thread(check_thread, NULL, NULL);
  run_thread(exit_thread, &number, &result);
  CHECK(result == &number);
  CHECK(pthread_create(&thread, NULL, wait_to_be_cancelled, NULL) == 0);
  CHECK(pthread_cancel(thread) == 0);
  CHECK(pthread_join(thread, &result) == 0 && result == PTHREAD_CANCELED);
  CHECK(thrd_create(&c11, exit_c11_thread, NULL) == thrd_success);
  CHECK(thrd_join(c11, &number) == thrd_success && number == 7);
}

static void test_gone_with_the_thread(void) {
  end_threads();
  long mappings = count_mappings();
  int descriptors = count_descriptors();
  for (int i = 0; i < 50; i++) end_threads();
  CHECK(count_mappings() <= mappings + 2); /* the C library may cache a stack more */
  CHECK(count_descriptors() == descriptors);
}

static void test_two_thousand_threads(void) {
  enum { BATCH = 50, BATCHES = 40 };
  pthread_t threads[BATCH];
  int mappings = 0;
  for (int batch = 0; batch < BATCHES; batch++) {
    for (int i = 0; i < BATCH; i++) CHECK(pthread_create(&threads[i], NULL, exit_thread, NULL) == 0);
    for (int i = 0; i < BATCH; i++) CHECK(pthread_join(threads[i], NULL) == 0);
    if (batch == 0) mappings = count_mappings();
  }
  CHECK(count_mappings() <= mappings + BATCH); /* the C library's cached thread stacks may move */
}

static _Alignas(4096) char own_stack[128 * 1024];

/* Replaces the alternate stack, as a language's runtime would. */
static void *use_own_stack(void *argument) {
  stack_t own = {.ss_sp = own_stack, .ss_size = sizeof own_stack}, now;
  CHECK(sigaltstack(&own, NULL) == 0);
  CHECK(sigaltstack(NULL, &now) == 0 && now.ss_sp == own_stack);
  return argument;
}

static pthread_key_t key;

/* In the second round, runs after the library's own clean-up, whose key is older. */
static void check_own_stack(void *argument) {
  stack_t now;
  CHECK(sigaltstack(NULL, &now) == 0 && now.ss_sp == own_stack);
  if (argument == own_stack) pthread_setspecific(key, own_stack + 1);
}

static void *use_own_stack_to_the_end(void *argument) {
  pthread_setspecific(key, own_stack);
  return use_own_stack(argument);
}

static void test_own_stack_is_kept(void) {
  run_thread(use_own_stack, NULL, NULL);
  CHECK(pthread_key_create(&key, check_own_stack) == 0);
  long mappings = count_mappings();
  for (int i = 0; i < 50; i++) run_thread(use_own_stack_to_the_end, NULL, NULL);
  CHECK(count_mappings() <= mappings + 2);
}

static void test_failure_leaves_nothing(void) {
  pthread_attr_t attributes;
  pthread_t thread;
  pthread_attr_init(&attributes);
  CHECK(pthread_attr_setstacksize(&attributes, SIZE_MAX > UINT32_MAX ? SIZE_MAX / 8 : SIZE_MAX / 4 * 3) == 0);
  CHECK(pthread_create(&thread, &attributes, check_thread, NULL) == EAGAIN);
  long mappings = count_mappings();
  for (int i = 0; i < 50; i++) CHECK(pthread_create(&thread, &attributes, check_thread, NULL) == EAGAIN);
  CHECK(count_mappings() == mappings);
}

static void *check_no_stack(void *argument) {
  stack_t stack;
  CHECK(sigaltstack(NULL, &stack) == 0 && stack.ss_flags & SS_DISABLE);
  return argument;
}

/* Without memory for an alternate stack, the thread starts all the same. */
static void test_no_memory(void) {
  if (emulated()) test_skip("qemu does not apply the limit");
  pthread_attr_t attributes;
  pthread_t thread;
  struct rlimit none = {4096, 4096};
  pthread_attr_init(&attributes);
  CHECK(pthread_attr_setstack(&attributes, own_stack, sizeof own_stack) == 0);
  CHECK(setrlimit(RLIMIT_AS, &none) == 0);
  errno = 1234;
  CHECK(pthread_create(&thread, &attributes, check_no_stack, NULL) == 0);
  CHECK(errno == 1234);
  CHECK(pthread_join(thread, NULL) == 0);
}

/* Computes until it is cancelled in the midst of it. */
static void *compute(void *running) {
  int before;
  pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, &before);
  *(_Atomic bool *)running = true;
  for (;;) continue;
  return running;
}

/* musl then ends the thread with the stack pointer as it happened to be, which need not be aligned. */
static void test_cancelled_anywhere(void) {
  static _Atomic bool running;
  pthread_t thread;
  void *result;
  CHECK(pthread_create(&thread, NULL, compute, (void *)&running) == 0);
  while (!running) sched_yield();
  CHECK(pthread_cancel(thread) == 0);
  CHECK(pthread_join(thread, &result) == 0);
  CHECK(result == PTHREAD_CANCELED);
}

static const struct test tests[] = {
    {"every_thread_has_one", test_every_thread_has_one, 10},
    {"gone_with_the_thread", test_gone_with_the_thread, 10},
    {"two_thousand_threads", test_two_thousand_threads, 60},
    {"own_stack_is_kept", test_own_stack_is_kept, 10},
    {"failure_leaves_nothing", test_failure_leaves_nothing, 10},
    {"no_memory", test_no_memory, 10},
    {"cancelled_anywhere", test_cancelled_anywhere, 10},
};

RUN_TESTS(tests)
