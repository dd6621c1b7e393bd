// What: which is not mapped\. (A pointer .*|That is .* past the end of .*), or memory that was given back
// Where: main at .*
#include <sys/mman.h>
#include <unistd.h>

/* The first that fits into the hole of one page would be mapped there. */
int main(void) {
  size_t size = (size_t)sysconf(_SC_PAGESIZE);
  volatile char *page = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  page[0] = 1;
  munmap((char *)page, size);
  page[0] = 2;  // here
  return 0;
}
