// What: last_call tried to read from address 0x0, which is NULL
#include <stdlib.h>
#include <string.h>

int main(void) {
  return (int)strlen(getenv("NO_SUCH_VARIABLE"));
}
