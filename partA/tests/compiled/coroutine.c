// Needs: glibc
// What: coroutine used up a stack that it has made, of a coroutine for example
// Where: descend at .*
#include <stddef.h>
#include <sys/mman.h>
#include <ucontext.h>

enum { SIZE = 65536, GUARD = 4096 };
static ucontext_t caller, coroutine;

static int descend(int depth) {
  volatile char room[700];
  room[0] = (char)depth;
  return depth < 0 ? 0 : descend(depth + 1) + room[0];
}

static void run(void) {
  descend(0);
}

int main(void) {
  char *space = mmap(NULL, GUARD + SIZE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  mprotect(space + GUARD, SIZE, PROT_READ | PROT_WRITE);
  getcontext(&coroutine);
  coroutine.uc_stack.ss_sp = space + GUARD;
  coroutine.uc_stack.ss_size = SIZE;
  makecontext(&coroutine, run, 0);
  return swapcontext(&caller, &coroutine);
}
