// Needs: x86_64
// What: was stopped by SIGSEGV; its own handler passed on no more
#include <signal.h>

int main(void) {
  struct sigaction old;
  sigaction(SIGSEGV, 0, &old);
  __asm__ volatile("and $-16, %%rsp\nsub $8, %%rsp\ncall *%0"
                   :
                   : "r"(old.sa_sigaction), "D"(SIGSEGV), "S"(0l), "d"(0l)
                   : "memory");
  return 0;
}
