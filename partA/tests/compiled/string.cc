// What: read from address 0x0, which is NULL
// Where: in strlen, called from std::string::operator=, called from name_of at .*
#include <cstdlib>
#include <string>

static std::string name_of(const char *variable) {
  std::string name;
  name = getenv(variable);  // here
  return name;
}

int main() {
  return (int)name_of("NO_SUCH_VARIABLE").size();
}
