// What: thread_array used up the stack of one of its threads: .* a very large local array
// Where: fill at .*
#include <pthread.h>

/* Threads beside each other: a large array of one may begin in the stack of the next. */
static void *fill(void *argument) {
  volatile double samples[2000000];
  for (int i = 0; i < 2000000; i++) samples[i] = i;
  return argument;
}

int main(void) {
  pthread_t threads[3];
  for (int i = 0; i < 3; i++) pthread_create(&threads[i], NULL, fill, NULL);
  for (int i = 0; i < 3; i++) pthread_join(threads[i], NULL);
  return 0;
}
