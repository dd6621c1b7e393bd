/* The zoo's fourth house: bad moments. Inside a library with its locks held, in a
 * handler, before main or after it, with hardly any stack, in several threads at once. */
#include <link.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "zoo.h"

static void on_signal(int number) {
  (void)number;
  crash();
}

static void in_handler(void) {
  signal(SIGUSR1, on_signal);
  raise(SIGUSR1);
}

static void at_exit(void) {
  atexit(crash);
}

static int crash_in_destructor;

__attribute__((destructor)) static void in_last_breath(void) {
  if (crash_in_destructor) crash();
}

static void in_destructor(void) {
  crash_in_destructor = 1;
}

__attribute__((constructor)) static void before_main(void) {
  if (getenv("ZOO_CONSTRUCTOR")) crash();
}

/* Uses the stack up until only 8 KiB are left, then crashes. */
static void crash_deep(char *bottom) {
  volatile char here = 0;
  if ((uintptr_t)&here - (uintptr_t)bottom < 8192 + 512) {
    crash();
  } else {
    crash_deep(bottom);
  }
  here = 1;
}

static void *little_stack_left(void *argument) {
  pthread_attr_t attributes;
  void *bottom;
  size_t size;
  pthread_getattr_np(pthread_self(), &attributes);
  pthread_attr_getstack(&attributes, &bottom, &size);
  crash_deep(bottom);
  return argument;
}

static void little_stack(void) {
  pthread_t thread;
  pthread_create(&thread, NULL, little_stack_left, NULL);
  pthread_join(thread, NULL);
}

static void in_printf(void) {
  CRASH(printf("%s", (char *)at(0x55)));
}

static void in_strlen(void) {
  CRASH(if (strlen(at(0x55)) == 7) crash());
}

static int compare(const void *a, const void *b) {
  crash();
  return a < b;
}

static void in_callback(void) {
  int numbers[2] = {2, 1};
  qsort(numbers, 2, sizeof *numbers, compare);
}

/* Has malloc follow a list of free blocks that leads nowhere. */
static void in_malloc(void) {
#ifdef __GLIBC__
  uintptr_t *a = malloc(24), *b = malloc(24);
  uintptr_t *freed = opaque(b), first = (uintptr_t)a;
  free(a);
  free(b);
  *freed ^= first ^ 0x12345670; /* since 2.32 the address is there in disguise */
  if (malloc(24)) CRASH(opaque(malloc(24)));
#else
  dprintf(2, "knows glibc's malloc only\n");
  _exit(77);
#endif
}

static int crash_for_object(struct dl_phdr_info *info, size_t size, void *data) {
  (void)info;
  (void)size;
  (void)data;
  crash();
  return 1;
}

/* The loader's lock is held during the callback. */
static void in_loader(void) {
  dl_iterate_phdr(crash_for_object, NULL);
}

static pthread_barrier_t barrier;

static void *hold_locks(void *argument) {
  flockfile(stdout);
  flockfile(stderr);
  pthread_barrier_wait(&barrier);
  for (;;) pause();
  return argument;
}

static void streams_locked(void) {
  pthread_t thread;
  pthread_barrier_init(&barrier, NULL, 2);
  pthread_create(&thread, NULL, hold_locks, NULL);
  pthread_barrier_wait(&barrier);
  crash();
}

/* Passes on standard error, through another process, which says so when the report begins. */
static void relay_standard_error(int begun) {
  char text[4096];
  int ends[2];
  if (pipe(ends) != 0) _exit(77);
  if (fork() == 0) {
    close(ends[1]);
    for (ssize_t got; (got = read(ends[0], text, sizeof text)) > 0;) {
      bool report = got < 14 || memcmp(text, "crash in line ", 14) != 0;
      if (write(2, text, (size_t)got) != got || (report && write(begun, "", 1) != 1)) _exit(1);
    }
    _exit(0);
  }
  dup2(ends[1], 2);
  close(ends[0]);
  close(ends[1]);
}

/* Blocks all signals, as most threads of a server do. */
static void *exit_in_report(void *begun) {
  sigset_t all;
  char byte;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, NULL);
  if (read(*(int *)begun, &byte, 1) == 1) exit(0);
  return begun;
}

static void exit_races(void) {
  static int begun[2];
  pthread_t thread;
  if (pipe(begun) != 0) _exit(77);
  relay_standard_error(begun[1]);
  pthread_create(&thread, NULL, exit_in_report, begun);
  crash();
}

static void *crash_together(void *argument) {
  pthread_barrier_wait(&barrier);
  *(volatile int *)at(0x55) = 1;
  return argument;
}

static void together(void) {
  enum { THREADS = 8 };
  pthread_t thread;
  pthread_barrier_init(&barrier, NULL, THREADS);
  for (int i = 0; i < THREADS; i++) pthread_create(&thread, NULL, crash_together, NULL);
  for (;;) pause();
}

static void *crash_alone(void *main_thread) {
  pthread_join(*(pthread_t *)main_thread, NULL);
  crash();
  return main_thread;
}

static void main_thread_gone(void) {
  static pthread_t thread, main_thread;
  main_thread = pthread_self();
  pthread_create(&thread, NULL, crash_alone, &main_thread);
  pthread_exit(NULL);
}

/* Another thread's cancellation has come by the time of the crash, and waits for a handler that
 * lets its signal in (32 or 33, which sigprocmask leaves alone), or that makes a call in which
 * threads are cancelled. */
static void *crash_cancelled(void *type) {
  uint64_t cancellation = (uint64_t)3 << 31;
  int before;
  pthread_setcanceltype(*(int *)type, &before);
  syscall(SYS_rt_sigprocmask, SIG_BLOCK, &cancellation, NULL, sizeof cancellation);
  pthread_barrier_wait(&barrier);
  pthread_barrier_wait(&barrier);
  *(volatile int *)at(0x55) = 1; /* CRASH would write, and be cancelled there */
  return type;
}

static void cancel(int type) {
  pthread_t thread;
  pthread_barrier_init(&barrier, NULL, 2);
  pthread_create(&thread, NULL, crash_cancelled, &type);
  pthread_barrier_wait(&barrier);
  pthread_cancel(thread);
  pthread_barrier_wait(&barrier);
  pthread_join(thread, NULL);
}

static void cancelled(void) {
  cancel(PTHREAD_CANCEL_DEFERRED);
}

static void cancelled_at_once(void) {
  cancel(PTHREAD_CANCEL_ASYNCHRONOUS);
}

__attribute__((noinline)) static void stack_of_nonsense(void) {
  static volatile uintptr_t *word; /* not on the stack */
  static int i;
  word = __builtin_frame_address(0);
  for (i = 0; i < 64; i++) *word++ = (uintptr_t)0x4141414141414141;
  crash();
}

const struct animal moments[] = {
    ANIMAL(in_handler),        ANIMAL(at_exit),    ANIMAL(in_destructor),
    ANIMAL(little_stack),      ANIMAL(in_printf),  ANIMAL(in_strlen),
    ANIMAL(in_callback),       ANIMAL(in_malloc),  ANIMAL(in_loader),
    ANIMAL(streams_locked),    ANIMAL(exit_races), ANIMAL(together),
    ANIMAL(main_thread_gone),  ANIMAL(cancelled),  ANIMAL(cancelled_at_once),
    ANIMAL(stack_of_nonsense), {NULL, NULL},
};
