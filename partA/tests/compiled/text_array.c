// Needs: glibc
// What: The pointer holds the text "Alexande": .* Or was text given in place of a pointer
// Where: in strlen, called from main at .*
#include <string.h>

int main(void) {
  static char names[3][10] = {"Alexander", "Bert", "Christine"};
  char **volatile pointers = (char **)names;
  return (int)strlen(pointers[0]) + 1;  // here
}
