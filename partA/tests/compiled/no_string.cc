// Needs: glibc
// What: past NULL: a NULL pointer used as a struct or an array[?]$
// Where: in std::(string|basic_string)::(assign|operator=|_M_assign|_M_replace).* main at .*
#include <string>

struct person {
  int age;
  std::string name;
};

int main() {
  static std::string anna = "Anna";
  struct person *volatile nobody = nullptr;
  nobody->name = anna;  // here
  return 0;
}
