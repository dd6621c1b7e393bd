// Needs: glibc
// What: not mapped. free was given what malloc did not give, .* happened earlier: .* AddressSan
// Where: in free, called from main at .*
#include <stdint.h>
#include <stdlib.h>

int main(void) {
  void *volatile never_given = (void *)(uintptr_t)0x123450;
  free(never_given);  // here
  return 0;
}
