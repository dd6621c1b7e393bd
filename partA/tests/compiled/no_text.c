// Needs: x86_64
// What: read from address 0x0, which is NULL: a pointer that was never set, or
// Where: in fputs, called from main at .*
#include <stdio.h>
#include <stdlib.h>

int main(void) {
  fputs(getenv("NO_SUCH_VARIABLE"), stdout);  // here
  return 0;
}
