// Needs: glibc
// What: which is NULL: a pointer that was never set, or
// Where: in .*, called from main at .*
#include <iostream>

int main() {
  const char *volatile text = nullptr;
  std::cout.write(text, 5);  // here
  return 0;
}
