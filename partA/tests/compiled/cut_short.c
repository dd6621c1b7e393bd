// Needs: x86_64
// What: cut_short tried to run code at address 0x12345000, which is not mapped. A function pointer
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

/* Returns to nowhere, with the address of code on the stack whose file has become shorter: whoever looks at
 * that code is stopped, too. */
int main(void) {
  char name[] = "/tmp/shortXXXXXX";
  int file = mkstemp(name);
  unlink(name);
  if (ftruncate(file, 8192) != 0) return 1;
  char *code = mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE, file, 4096);
  if (ftruncate(file, 0) != 0) return 1;
  __asm__ volatile("push %0; push %1; ret" ::"r"(code + 100), "r"(0x12345000L));
  return 0;
}
