// Status: 134
// What: rethrown threw an exception that nothing caught
#include <exception>
#include <stdexcept>

int main() {
  std::exception_ptr kept;
  try {
    throw std::runtime_error("no");
  } catch (...) {
    kept = std::current_exception();
  }
  std::rethrow_exception(kept);
}
