// What: thread_array used up the stack of one of its threads: .* a very large local array
// Where: fill at .*
#include <pthread.h>
#include <unistd.h>

/* The array of the first thread begins in the stack of the second. (From there on, it would overwrite what
 * the kernel looks at before it delivers a signal to that, which then ends the process.) */
static void *fill(void *begin) {
  volatile double samples[2000000];
  char byte;
  if (read(*(int *)begin, &byte, 1) < 0) return NULL;
  for (int i = 1999999; i >= 0; i--) samples[i] = i;
  return begin;
}

static void *wait_for_it(void *argument) {
  for (;;) pause();
  return argument;
}

int main(void) {
  pthread_t threads[3];
  int ends[2];
  if (pipe(ends) != 0) return 1;
  pthread_create(&threads[0], NULL, fill, ends);
  for (int i = 1; i < 3; i++) pthread_create(&threads[i], NULL, wait_for_it, NULL);
  return write(ends[1], "", 1) != 1 || pthread_join(threads[0], NULL) != 0;
}
