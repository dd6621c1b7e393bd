// Needs: glibc
// Status: 134
// What: malloc's checks stopped double_free. .* which happened earlier: .* a double free
// Where: in free, called from main at .*
#include <stdlib.h>

int main(void) {
  void *volatile block = malloc(100);
  free(block);
  free(block);  // here
  return 0;
}
