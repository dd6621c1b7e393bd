// Needs: glibc
// What: That is 42 bytes past NULL: a number where a pointer belongs, or a NULL pointer used as
// Where: in printf, called from main at .*
#include <stdio.h>

int main(void) {
  const char *volatile format = "%s\n";
  printf(format, 42);  // here
  return 0;
}
