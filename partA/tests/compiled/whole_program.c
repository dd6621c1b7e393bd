// Flags: -flto
// What: read from address 0x0, which is NULL
#include <stdlib.h>
#include <string.h>

static size_t length(const char *text) {
  return strlen(text);
}

int main(int argc, char **argv) {
  (void)argv;
  return (int)length(argc > 5 ? "x" : getenv("NO_SUCH_VARIABLE"));
}
