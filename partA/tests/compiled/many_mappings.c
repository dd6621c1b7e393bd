// Needs: x86_64
// Scale: full
// What: which is not mapped. A pointer that was never set
// Where: main at .*
#include <sys/mman.h>

int main(void) {
  enum { PAGES = 60000, PAGE = 4096 };
  int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
  char *block = mmap(0, (long)PAGES * PAGE, PROT_READ | PROT_WRITE, flags, -1, 0);
  for (int i = 0; i < PAGES; i += 2) mprotect(block + (long)i * PAGE, PAGE, PROT_READ);
  int *volatile wild = (int *)0x345678901234;
  *wild = 1;  // here
  return 0;
}
