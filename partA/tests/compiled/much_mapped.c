// What: tried to write to address 0x0, which is NULL
// Where: main at .*
#include <sys/mman.h>

/* More than what looks the line up may have: it is made out of this process. */
int main(void) {
  for (int i = 0; i < 2; i++) {
    int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
    if (mmap(0, 1 << 30, PROT_READ | PROT_WRITE, flags, -1, 0) == MAP_FAILED) return 77;
  }
  *(volatile int *)0 = 1;  // here
}
