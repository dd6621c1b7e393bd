// Needs: glibc
// Status: 134
// What: double_free: malloc's checks found its own data damaged, which happened earlier: .* a double free
// Where: in free, called from main at .*
#include <stdlib.h>

int main(void) {
  void *volatile block = malloc(100);
  free(block);
  free(block);  // here
}
