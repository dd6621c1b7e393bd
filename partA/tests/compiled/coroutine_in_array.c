// Needs: glibc
// What: coroutine_in_array used up a stack that it has made, of a coroutine for example
// Where: descend_in_array at .*
#include <ucontext.h>

static char array[65536];
static ucontext_t outside, inside;

static int descend_in_array(int depth) {
  volatile char room[300];
  room[0] = (char)depth;
  return depth < 0 ? 0 : descend_in_array(depth + 1) + room[0];
}

static void run_in_array(void) {
  descend_in_array(0);
}

int main(void) {
  getcontext(&inside);
  inside.uc_stack.ss_sp = array;
  inside.uc_stack.ss_size = sizeof array;
  makecontext(&inside, run_in_array, 0);
  return swapcontext(&outside, &inside);
}
