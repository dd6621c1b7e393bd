// Needs: x86_64
// What: write to address 0x[0-9a-f]+, (which is not mapped|in memory that may).* past the end of a block
// Where: fill_zeros at .*
#include <pthread.h>

static void *fill_zeros(void *argument) {
  volatile long array[4];
  volatile long *next = array;
  __asm__ volatile("1: movq $0, (%0)\nadd $8, %0\njmp 1b" : "+r"(next) : : "memory");  // here
  return argument;
}

int main(void) {
  pthread_t id;
  pthread_create(&id, 0, fill_zeros, 0);
  return pthread_join(id, 0);
}
