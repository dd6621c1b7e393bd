// What: plus tried to read from address 0x8, which is not mapped
// Where: in (strlen|memcpy|memmove), called from std::(.*, called from std::)?operator\+, called from main at .*
#include <string>

int main() {
  const char *volatile text = reinterpret_cast<const char *>(8);
  return (int)(std::string("a") + text).size();  // here
}
