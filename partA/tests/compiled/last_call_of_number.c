// Needs: glibc
// What: past NULL: .*a number where a pointer belongs
#include <stdlib.h>

__attribute__((noinline)) static long value(char *text) {
  return strtol(text, NULL, 10);
}

int main(void) {
  char *volatile text = (char *)(long)'1';
  return (int)value(text);
}
