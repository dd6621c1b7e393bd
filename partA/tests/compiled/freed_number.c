// Needs: glibc
// What: which is not mapped. free was given what malloc did not give, .* AddressSanitizer
// Where: in realloc, called from main at .*
#include <stdlib.h>

int main(void) {
  void *volatile never_given = (void *)42;
  return realloc(never_given, 100) != NULL;  // here
}
