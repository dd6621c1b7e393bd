// Needs: glibc
// What: read from address 0x0, which is NULL: a file that could not be opened, or
// Where: in fgets, called from main at .*
#include <stdio.h>

int main(void) {
  char line[100];
  FILE *volatile file = fopen("no/such/file", "r");
  return fgets(line, sizeof line, file) != NULL;  // here
}
