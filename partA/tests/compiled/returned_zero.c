// Needs: glibc
// What: run code at address 0x0, .* by returning from a function: .* local array\? AddressSan
#include <string.h>

__attribute__((noinline)) static void clear(char *bytes) {
  memset(bytes, 0, 200);
}

__attribute__((noinline)) static int clear_more_than_there_is(int i) {
  char bytes[16];
  clear(bytes);
  return bytes[i];
}

int main(int argc, char **argv) {
  (void)argv;
  return clear_more_than_there_is(argc) + 1;
}
