// Needs: glibc
// What: lower half of an address in the heap: a pointer that went through an int, as with a fun
// Where: in (puts|strlen), called from main at .*
#include <stdio.h>
#include <string.h>

int main(void) {
  volatile int copy = (int)(long)strdup("a name");
  return puts((const char *)(long)copy) + 1;  // here
}
