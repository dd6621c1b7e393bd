// Needs: glibc
// What: which is not mapped. A pointer that was never set, or memory
// Where: use_given_back at .*
#include <sys/mman.h>
#include <ucontext.h>

static char stack[65536];
static ucontext_t where_it_was, where_it_goes;

/* A coroutine whose stack is below the thread's own, and an address between the two: no overflow. */
static void use_given_back(void) {
  volatile char *block = mmap(NULL, 65536, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  munmap((char *)block, 65536);
  block[30000] = 1;  // here
}

int main(void) {
  getcontext(&where_it_goes);
  where_it_goes.uc_stack.ss_sp = stack;
  where_it_goes.uc_stack.ss_size = sizeof stack;
  makecontext(&where_it_goes, use_given_back, 0);
  return swapcontext(&where_it_was, &where_it_goes);
}
