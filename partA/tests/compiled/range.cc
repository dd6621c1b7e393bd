// Status: 134
// What: range threw an exception that nothing caught
// Where: in abort, called from (throw, called from )?std::vector::at, called from main at .*
#include <vector>

int main(int argc, char **) {
  std::vector<int> numbers;
  return numbers.at(argc);  // here
}
