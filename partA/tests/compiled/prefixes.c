// Needs: x86_64
// What: refused, at 0x[0-9a-f]+: .*data run as if it were code
// Where: in code that is in no file, called from main at .*
#include <string.h>
#include <sys/mman.h>

/* A page that is full of prefixes of an instruction which never comes. */
int main(void) {
  char *page = mmap(NULL, 8192, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  mprotect(page + 4096, 4096, PROT_NONE);
  memset(page, 0x66, 4096);
  ((void (*volatile)(void))page)();  // here
  return 0;
}
