// Needs: x86_64
// What: which is not code but part of a block of memory
// Where: in code that is in no file, called from main at .*
#include <string.h>
#include <sys/mman.h>

/* The instruction goes on in the next page, which is closed. */
int main(void) {
  char *page = mmap(NULL, 8192, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  mprotect(page + 4096, 4096, PROT_NONE);
  memset(page, 0x2e, 4096);
  ((void (*volatile)(void))(page + 4090))();  // here
  return 0;
}
