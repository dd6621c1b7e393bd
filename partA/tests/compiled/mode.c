// What: That is 114 bytes past NULL: .* a number where a pointer belongs
// Where: in fopen, called from main at .*
#include <stdio.h>

int main(void) {
  const char *volatile mode = (const char *)(long)'r';
  return !fopen("/dev/null", mode);  // here
}
