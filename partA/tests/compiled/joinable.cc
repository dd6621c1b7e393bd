// Status: 134
// What: joinable called std::terminate: a std::thread that was not joined, or
// Where: in abort, called from std::terminate, .*called from forget at .*
#include <thread>

static void forget() {
  std::thread thread([] {});
}  // here

int main() {
  forget();
  return 0;
}
