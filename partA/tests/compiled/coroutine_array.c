// Needs: glibc
// What: coroutine_array used up a stack that it has made
// Where: fill_in_coroutine at .*
#include <sys/mman.h>
#include <ucontext.h>

enum { ROOM = 65536, CLOSED = 1 << 20 };
static ucontext_t left, entered;

static void fill_in_coroutine(void) {
  volatile char array[4 * ROOM];
  for (int i = 0; i < 4 * ROOM; i++) array[i] = 1;
}

int main(void) {
  char *space = mmap(NULL, CLOSED + ROOM, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  mprotect(space + CLOSED, ROOM, PROT_READ | PROT_WRITE);
  getcontext(&entered);
  entered.uc_stack.ss_sp = space + CLOSED;
  entered.uc_stack.ss_size = ROOM;
  makecontext(&entered, fill_in_coroutine, 0);
  return swapcontext(&left, &entered);
}
