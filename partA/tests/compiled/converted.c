// Needs: glibc
// What: read from address 0x0, which is NULL
// Where: in (strtol, called from )?atoi, called from main at .*
#include <stdlib.h>

int main(void) {
  return atoi(getenv("NO_SUCH_VARIABLE")) + 1;  // here
}
