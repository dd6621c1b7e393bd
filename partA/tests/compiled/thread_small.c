// What: thread_small used up the stack of one of its threads
// Where: (in memset, called from )?fill_buffer at .*
#include <pthread.h>
#include <string.h>

static void *fill_buffer(void *argument) {
  char buffer[100000], *volatile start = buffer;
  memset(start, 1, sizeof buffer);
  return (char *)argument + *start;
}

int main(void) {
  pthread_t thread;
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, 16384);
  pthread_create(&thread, &attributes, fill_buffer, NULL);
  pthread_join(thread, NULL);
  return 0;
}
