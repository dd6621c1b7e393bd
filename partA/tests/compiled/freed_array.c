// Needs: glibc
// Status: 134
// What: malloc's checks stopped freed_array. free was given what malloc did not give, .* earlier
// Where: in free, called from main at .*
#include <stdlib.h>

int main(void) {
  _Alignas(16) long table[100] = {0, 0x60};
  void *volatile block = table + 1;
  free(block);  // here
  return (int)table[3];
}
