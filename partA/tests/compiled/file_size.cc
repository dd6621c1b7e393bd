// Scale: full
// Flags: -std=c++17
// What: threw an exception that nothing caught
// Status: 134
// Where: in abort, called from std::filesystem::file_size, called from main at .*
#include <filesystem>

int main() {
  return (int)std::filesystem::file_size("/no/such/file");  // here
}
