// Needs: glibc
// What: read from address 0x[0-9a-f]+, .*: a file that could not be opened, or
// Where: in vfprintf, called from write_log at .*
#include <stdarg.h>
#include <stdio.h>

__attribute__((noinline)) static int write_log(FILE *file, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  int length = vfprintf(file, format, arguments);  // here
  va_end(arguments);
  return length;
}

int main(void) {
  FILE *volatile file = fopen("no/such/file", "w");
  return write_log(file, "%d\n", 1);
}
