// Needs: x86_64
// Options: core=1
// By: signal
// What: the kernel found no room on the stack for a signal handler of forced
// Where: main at .*
#include <signal.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

static void on_signal(int number) {
  (void)number;
}

/* A handler without SA_ONSTACK, while the stack pointer is in a stack of 256 bytes. */
int main(void) {
  signal(SIGUSR1, on_signal);
  char *space = mmap(NULL, 3 * 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  mprotect(space + 4096, 4096, PROT_READ | PROT_WRITE);
  long result = SYS_tgkill, process = getpid(), thread = syscall(SYS_gettid), number = SIGUSR1;
  __asm__ volatile("mov %%rsp, %%rbx; mov %4, %%rsp; syscall; mov %%rbx, %%rsp"  // here
                   : "+a"(result)
                   : "D"(process), "S"(thread), "d"(number), "r"(space + 4096 + 256)
                   : "rbx", "rcx", "r11", "memory");
  return 0;
}
