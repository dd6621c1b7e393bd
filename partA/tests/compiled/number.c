// Needs: glibc
// What: read from address 0x2a, which is not mapped. That is 42 bytes past NULL: a number where a pointer
// belongs, or a NULL pointer used as a struct Where: in printf, called from main at .*
#include <stdio.h>

int main(void) {
  const char *volatile format = "%s\n";
  printf(format, 42);  // here
}
