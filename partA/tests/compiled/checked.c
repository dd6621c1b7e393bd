// Needs: glibc
// Flags: -D_FORTIFY_SOURCE=2
// What: read from address 0x0, which is NULL
// Where: in strcpy, called from main at .*
#include <stdlib.h>
#include <string.h>

int main(void) {
  char copy[40];
  char *volatile to = copy;
  strcpy(copy, getenv("NO_SUCH_VARIABLE"));  // here
  return to[0];
}
