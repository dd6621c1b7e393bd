// Needs: glibc
// Status: 134
// What: an assert failed and stopped assert
// Where: in assert, called from main at .*
#include <assert.h>

int main(int argc, char **argv) {
  (void)argv;
  assert(argc == 100);  // here
  return 0;
}
