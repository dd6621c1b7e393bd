// Needs: glibc
// Status: 134
// What: malloc's checks stopped heap_in_printf. malloc's own data is damaged, which happ
// Where: in printf, called from main at .*
#include <stdio.h>
#include <stdlib.h>

int main(void) {
  volatile char *bytes = malloc(40);
  const char *volatile format = "%d\n";
  for (int i = 0; i < 80; i++) bytes[i] = 0;
  int printed = printf(format, 7);  // here
  return printed + 1;
}
