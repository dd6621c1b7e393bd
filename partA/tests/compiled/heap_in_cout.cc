// Needs: glibc
// Status: 134
// What: malloc's checks stopped heap_in_cout. malloc's own data is damaged, which happ
// Where: in .*called from main at .*
#include <iostream>

int main() {
  int *volatile numbers = new int[10];
  for (int i = 0; i <= 20; i++) numbers[i] = 0;
  std::cout << "sum " << numbers[3] << "\n";  // here
  return 0;
}
