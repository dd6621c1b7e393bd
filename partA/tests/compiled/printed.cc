// What: printed tried to read from address 0x8, which is not mapped
// Where: in strlen, called from std::operator<<, called from main at .*
#include <iostream>

int main() {
  const char *volatile text = reinterpret_cast<const char *>(8);
  std::cout << text;  // here
  return 0;
}
