/* The zoo's second house: what lies at the address, or beside it, is the trouble. Read-only
 * memory, full stacks, the ends of blocks and files. */
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <threads.h>
#include <unistd.h>

#include "zoo.h"

static volatile int sink;

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

static void stack_thread_without_descriptors(void) {
  use_up_descriptors();
  stack_thread();
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

static char table[100000];

static void past_variables(void) {
  volatile char *bytes = opaque(table);
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

static void past_shared_block(void) {
  char *block = mmap(NULL, 131072, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  munmap(block + 65536, 65536);
  block = opaque(block);
  CRASH(block[65536] = 1);
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

static void recurse_at_end(void *argument) {
  (void)argument;
  sink = recurse(0);
}

static void *thread_with_data(void *argument) {
  pthread_key_t key;
  pthread_key_create(&key, recurse_at_end);
  pthread_setspecific(key, "data");
  return argument;
}

static void stack_at_thread_end(void) {
  pthread_t thread;
  pthread_create(&thread, NULL, thread_with_data, NULL);
  pthread_join(thread, NULL);
}

#define SMALL_STACK (PTHREAD_STACK_MIN > 32768 ? PTHREAD_STACK_MIN : 32768)

static void *write_before_array(void *argument) {
  char array[1000], *local = opaque(array);
  CRASH(local[-28000 - SMALL_STACK] = 1);
  return argument;
}

/* Not an overflow: the thread's small stack is nearly empty. */
static void before_small_stack(void) {
  pthread_attr_t attributes;
  pthread_t thread;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, SMALL_STACK);
  pthread_attr_setguardsize(&attributes, 131072);
  pthread_create(&thread, &attributes, write_before_array, NULL);
  pthread_join(thread, NULL);
}

static void bus_file(void) {
  char name[] = "/tmp/zooXXXXXX";
  int file = mkstemp(name);
  unlink(name);
  char *bytes = opaque(mmap(NULL, 65536, PROT_READ, MAP_SHARED, file, 0));
  CRASH(sink = bytes[0]);
}

const struct animal places[] = {
    ANIMAL(write_constant),
    ANIMAL(write_code),
    ANIMAL(write_protected),
    ANIMAL(stack_recursion),
    ANIMAL(stack_array),
    ANIMAL(stack_thread),
    ANIMAL(stack_thread_without_descriptors),
    ANIMAL(stack_c11_thread),
    ANIMAL(stack_at_thread_end),
    ANIMAL(before_small_stack),
    ANIMAL(past_heap),
    ANIMAL(past_variables),
    ANIMAL(past_block),
    ANIMAL(before_block),
    ANIMAL(past_block_guarded),
    ANIMAL(past_shared_block),
    ANIMAL(no_access),
    ANIMAL(write_mapped_file),
    ANIMAL(past_file),
    ANIMAL(bus_file),
    {NULL, NULL},
};
