/* A program with chunks that crashes in the end: for testing lazycopy together
 * with libletsbefriends. First writes to chunks are made in the main thread, in
 * another one and in a child; then it writes to NULL. Linked with libletsbefriends
 * or not, see tests.mk. */
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

#include "support.h"

enum { COUNT = 20 };

static void *write_to_each(void *chunks) {
  for (size_t i = 0; i < COUNT; i++) poke((char *)chunks + i * CHUNKSIZE, 1);
  return NULL;
}

static void write_in_thread(char *chunks) {
  pthread_t thread;
  CHECK(pthread_create(&thread, NULL, write_to_each, chunks) == 0);
  pthread_join(thread, NULL);
}

static void write_in_child(char *chunks) {
  pid_t child = fork();
  CHECK(child >= 0);
  if (child == 0) {
    write_to_each(chunks);
    _exit(0);
  }
  CHECK(wait_status(child) == 0);
}

int main(void) {
  char *block = new_block(COUNT, 1), *copy = lazy_copy(block, COUNT), *third = lazy_copy(block, COUNT);
  write_to_each(copy);
  write_in_thread(third);
  write_in_child(block);
  CHECK(holds(block, COUNT, 1) && peek(copy) == 1 && peek(third) == 1);
  puts("the values are right");
  fflush(stdout);
  poke(NULL, 1);
  return 0;
}
