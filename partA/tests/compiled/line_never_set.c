// Needs: glibc
// Status: 134
// What: malloc's checks stopped line_never_set. free was given what malloc did not give
// Where: in .*getline, called from main at .*
#include <stdio.h>
#include <stdlib.h>

/* The library gives back, or makes larger, what the program has given to it. */
int main(void) {
  char words[64] = "";
  char *line = words + 16;
  size_t size = 1;
  FILE *file = fopen("/proc/self/maps", "r");
  return file && getline(&line, &size, file) > 0;  // here
}
