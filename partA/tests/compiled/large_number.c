// Needs: glibc
// What: read from address 0x1e847f, which is not mapped. A number where a pointer belongs
// Where: in printf, called from main at .*
#include <stdio.h>

int main(void) {
  const char *volatile format = "It is the year %s now\n";
  int printed = printf(format, 1999999);  // here
  return printed + 1;
}
