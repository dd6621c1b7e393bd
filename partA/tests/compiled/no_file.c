// Needs: glibc
// What: read from address 0xc0, .* past NULL: a file that could not be opened, or a NULL
// Where: in fscanf, called from main at .*
#include <stdio.h>

int main(void) {
  int number;
  FILE *volatile file = fopen("no/such/file", "r");
  return fscanf(file, "%d", &number);  // here
}
