// Scale: full
// Flags: -O0 -g1
// What: regex used up the stack of its main thread
// Where: in .*, called from main at .*
#include <regex>
#include <string>

int main() {
  std::string text(200000, 'a');
  return std::regex_match(text, std::regex("(a|b)*c"));  // here
}
