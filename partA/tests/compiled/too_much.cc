// Status: 134
// What: too_much threw an exception that nothing caught
// Where: in abort, called from operator new, called from main at .*
#include <cstddef>

int main() {
  volatile size_t count = (size_t)1 << 60;
  char *volatile block = new char[count];  // here
  return block != nullptr;
}
