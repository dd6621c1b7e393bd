// Status: 134
// What: exception threw an exception that nothing caught
// Where: in abort, called from (throw|std::__throw_.*), called from (fail|main) at .*
#include <stdexcept>

static void fail() {
  throw std::runtime_error("no");  // here
}

int main() {
  fail();
  return 0;
}
