// What: read from address 0x[0-9a-f]+, which is not mapped. An unsigned index that went below 0
// Where: main at .*
#include <stdlib.h>

int main(void) {
  volatile int *numbers = calloc(10, sizeof *numbers);
  volatile unsigned i = 0;
  return numbers[i - 1];  // here
}
