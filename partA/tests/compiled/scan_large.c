// Needs: glibc
// What: write to address 0x55556000, which is not mapped. A variable without its &
// Where: in sscanf, called from main at .*
#include <stdio.h>

int main(void) {
  const char *volatile format = "%d";
  return sscanf("42", format, 0x55556000) + 1;  // here
}
