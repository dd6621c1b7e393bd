// Needs: glibc
// What: address 0x(f*|f{8})ed2979, which is not mapped. A number where a pointer belongs
// Where: in puts, called from main at .*
#include <stdio.h>

int main(void) {
  volatile long number = -1234567;
  int printed = puts((const char *)number);  // here
  return printed + 1;
}
