// Needs: glibc
// What: read from address 0x616e6e41, which is not mapped. The pointer holds the text "Anna": .* text given
// Where: in puts, called from main at .*
#include <stdio.h>

int main(void) {
  char names[2][8] = {"Anna", "Ben"};
  char **volatile wrong = (char **)names;
  puts(wrong[0]);  // here
  return 0;
}
