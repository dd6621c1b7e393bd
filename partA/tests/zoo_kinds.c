/* The zoo's first house: every kind of crash that the report tells apart. */
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <threads.h>
#include <time.h>
#include <unistd.h>

#include "zoo.h"

static volatile int sink;

static void null_read(void) {
  int *pointer = at(0);
  CRASH(sink = *pointer);
}

static void null_write(void) {
  int *pointer = at(0);
  CRASH(*pointer = 1);
}

static void null_struct(void) {
  struct {
    char before[200];
    int member;
  } *pointer = at(0);
  CRASH(pointer->member = 1);
}

static void null_negative(void) {
  int *pointer = at(0);
  CRASH(pointer[-2] = 1);
}

static void null_call(void) {
  void (*function)(void) = (void (*)(void))(uintptr_t)at(0);
  CRASH(function());
}

static void minus_one(void) {
  char *pointer = at(UINTPTR_MAX);
  CRASH(*pointer = 1);
}

static void jump_to_data(void) {
  void (*function)(void) = (void (*)(void))(uintptr_t)opaque(calloc(1, 100));
  CRASH(function());
}

static void jump_to_nowhere(void) {
  void (*function)(void) = (void (*)(void))(uintptr_t)at(0x12345000);
  CRASH(function());
}

/* Overwrites the return address, as a string too long for a local array would. */
static void return_to(uintptr_t target) {
  uintptr_t *frame = opaque(__builtin_frame_address(0));
#ifdef __riscv
  frame[-1] = target;
#else
  frame[1] = target;
#endif
}

static void smashed_return(void) {
  return_to(0x12345000);
}

static void smashed_return_text(void) {
  return_to((uintptr_t)0x4141414141414141);
}

static void write_constant(void) {
  char *literal = opaque((void *)(uintptr_t) "constant");
  CRASH(literal[0] = 'C');
}

static void write_code(void) {
  char *code = opaque((void *)(uintptr_t)write_code);
  CRASH(code[0] = 1);
}

static void write_protected(void) {
  char *page = opaque(mmap(NULL, 65536, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
  CRASH(page[100] = 1);
}

static int recurse(int depth) {
  volatile char local[256];
  local[0] = (char)depth;
  return depth < 0 ? 0 : recurse(depth + 1) + local[0];
}

static void stack_recursion(void) {
  sink = recurse(0);
}

static int use_large_array(void) {
  volatile char local[16 << 20];
  CRASH(local[100] = 1);
  return local[100];
}

static void stack_array(void) {
  sink = use_large_array();
}

static void *recursing_thread(void *argument) {
  sink = recurse(0);
  return argument;
}

static void stack_thread(void) {
  pthread_t thread;
  pthread_create(&thread, NULL, recursing_thread, NULL);
  pthread_join(thread, NULL);
}

static int recursing_c11_thread(void *argument) {
  (void)argument;
  return recurse(0);
}

static void stack_c11_thread(void) {
  thrd_t thread;
  thrd_create(&thread, recursing_c11_thread, NULL);
  thrd_join(thread, NULL);
}

static void past_heap(void) {
  volatile char *bytes = malloc(100);
  for (;;) *bytes++ = 1;
}

/* A block of 64 KiB with as much before and after it, which is not mapped or may not be accessed. */
static char *island(int guarded) {
  enum { SIZE = 65536 };
  char *block = mmap(NULL, 3 * SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  mprotect(block, SIZE, PROT_NONE);
  mprotect(block + 2 * SIZE, SIZE, PROT_NONE);
  if (!guarded) munmap(block, SIZE);
  if (!guarded) munmap(block + 2 * SIZE, SIZE);
  return opaque(block + SIZE);
}

static void past_block(void) {
  char *block = island(0);
  CRASH(block[65536 + 12] = 1);
}

static void before_block(void) {
  char *block = island(0);
  CRASH(block[-8] = 1);
}

static void past_block_guarded(void) {
  char *block = island(1);
  CRASH(block[65536 + 12] = 1);
}

static void no_access(void) {
  char *block = island(1);
  CRASH(block[65536 + 32768] = 1);
}

static void write_mapped_file(void) {
  int file = open("partA/messages", O_RDONLY);
  char *bytes = opaque(mmap(NULL, 100, PROT_READ, MAP_SHARED, file, 0));
  CRASH(bytes[1] = 'X');
}

/* A file of 128 KiB, all of it mapped at first, then its first half only. */
static void past_file(void) {
  char name[] = "/tmp/sparseXXXXXX";
  int file = mkstemp(name);
  unlink(name);
  if (ftruncate(file, 131072) != 0) return;
  char *bytes = mmap(NULL, 131072, PROT_READ, MAP_SHARED, file, 0);
  munmap(bytes + 65536, 65536);
  bytes = opaque(bytes + 65536);
  CRASH(sink = bytes[1]);
}

static void unmapped(void) {
  char *pointer = at(0x12345678);
  CRASH(*pointer = 1);
}

static void text_pointer(void) {
  char *pointer = at(0x44434241);
  CRASH(*pointer = 1);
}

static void wild_text(void) {
  int *pointer = at(0x4141414141414141);
  CRASH(*pointer = 1);
}

static void wild_number(void) {
  int *pointer = at(0xdeadbeefdeadbeef);
  CRASH(*pointer = 1);
}

static void privileged(void) {
#if defined(__x86_64__) || defined(__i386__)
  CRASH(__asm__ volatile("hlt"));
#endif
}

static void raised(void) {
  CRASH(raise(SIGSEGV));
}

static void killed(void) {
  if (fork() == 0) {
    kill(getppid(), SIGSEGV);
    _exit(0);
  }
  pause();
}

static void by_timer(void) {
  struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGSEGV};
  struct itimerspec soon = {.it_value = {0, 1000000}};
  timer_t timer;
  for (int i = 0; i < 2; i++) timer_create(CLOCK_MONOTONIC, &event, &timer); /* their numbers begin with 0 */
  timer_settime(timer, 0, &soon, NULL);
  for (;;) pause();
}

static void bus_file(void) {
  char name[] = "/tmp/zooXXXXXX";
  int file = mkstemp(name);
  unlink(name);
  char *bytes = opaque(mmap(NULL, 65536, PROT_READ, MAP_SHARED, file, 0));
  CRASH(sink = bytes[0]);
}

static void divided(void) {
  volatile int zero = 0;
  CRASH(sink = 100 / zero);
}

static void trapped(void) {
  CRASH(__builtin_trap());
}

static void aborted(void) {
  CRASH(abort());
}

const struct animal kinds[] = {
    ANIMAL(null_read),
    ANIMAL(null_write),
    ANIMAL(null_struct),
    ANIMAL(null_negative),
    ANIMAL(null_call),
    ANIMAL(minus_one),
    ANIMAL(jump_to_data),
    ANIMAL(jump_to_nowhere),
    ANIMAL(smashed_return),
    ANIMAL(smashed_return_text),
    ANIMAL(write_constant),
    ANIMAL(write_code),
    ANIMAL(write_protected),
    ANIMAL(stack_recursion),
    ANIMAL(stack_array),
    ANIMAL(stack_thread),
    ANIMAL(stack_c11_thread),
    ANIMAL(past_heap),
    ANIMAL(past_block),
    ANIMAL(before_block),
    ANIMAL(past_block_guarded),
    ANIMAL(no_access),
    ANIMAL(past_file),
    ANIMAL(write_mapped_file),
    ANIMAL(unmapped),
    ANIMAL(text_pointer),
    ANIMAL(wild_text),
    ANIMAL(wild_number),
    ANIMAL(privileged),
    ANIMAL(raised),
    ANIMAL(killed),
    ANIMAL(by_timer),
    ANIMAL(bus_file),
    ANIMAL(divided),
    ANIMAL(trapped),
    ANIMAL(aborted),
    {NULL, NULL},
};
