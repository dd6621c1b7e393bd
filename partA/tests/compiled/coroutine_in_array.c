// Needs: glibc
// What: coroutine_in_array used up a stack that it has made, of a coroutine for example
// Where: descend at .*
#include <ucontext.h>

static char array[65536];
static ucontext_t caller, coroutine;

static int descend(int depth) {
  volatile char room[300];
  room[0] = (char)depth;
  return depth < 0 ? 0 : descend(depth + 1) + room[0];
}

static void run(void) {
  descend(0);
}

int main(void) {
  getcontext(&coroutine);
  coroutine.uc_stack.ss_sp = array;
  coroutine.uc_stack.ss_size = sizeof array;
  makecontext(&coroutine, run, 0);
  return swapcontext(&caller, &coroutine);
}
