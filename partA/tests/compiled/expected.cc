// Scale: full
// Flags: -std=c++14
// What: threw an exception that its function does not allow
// Status: 134
// Where: in abort, called from .*called from only_numbers at .*
#include <stdexcept>

void only_numbers(int n) throw(int) { if (n) throw std::runtime_error("no number"); }  // here

int main(int count, char **) {
  only_numbers(count);
}
