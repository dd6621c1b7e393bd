// Needs: glibc
// Flags: -no-pie -fno-pie
// What: which is not mapped. That is .*past the end of the heap: an index
// Where: in memcpy, called from main at .*
#include <stdlib.h>
#include <string.h>

int main(void) {
  enum { SIZE = 4 << 20 };
  volatile size_t size = SIZE;
  char *volatile from = malloc(100), *volatile to = malloc(SIZE);
  memcpy(to, from, size);  // here
  return to[5];
}
