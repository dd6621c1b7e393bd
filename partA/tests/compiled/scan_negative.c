// Needs: glibc
// What: write to address 0xf+, which is not mapped. That is -1: a variable without its &, or
// Where: in sscanf, called from main at .*
#include <stdio.h>

int main(void) {
  const char *volatile format = "%ld";
  return sscanf("42", format, -1L) + 1;  // here
}
