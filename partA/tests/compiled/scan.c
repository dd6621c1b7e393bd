// Needs: glibc
// What: write to address 0x7, .* 7 bytes past NULL: a variable without its &, or a NULL pointer
// Where: in sscanf, called from main at .*
#include <stdio.h>

int main(void) {
  const char *volatile format = "%d";
  long number = 7;
  int found = sscanf("42", format, number);  // here
  return found + (int)number;
}
