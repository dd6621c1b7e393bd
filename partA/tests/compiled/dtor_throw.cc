// Status: 134
// What: dtor_throw called std::terminate: .*an exception (that )?left a destructor or a noexcept function\?
// Where: in abort, called from .*called from Guard::~Guard at .*
#include <cstdio>
#include <stdexcept>

struct Guard {
  ~Guard() {
    throw std::runtime_error("in a destructor");  // here
  }
};

int main() {
  try {
    Guard guard;
    std::puts("here");
  } catch (...) {
    std::puts("caught");
  }
  return 0;
}
