// Needs: glibc
// What: read from address 0x0, which is NULL
// Where: in strcasecmp, called from main at .*
#include <stdlib.h>
#include <strings.h>

int main(void) {
  return strcasecmp(getenv("NO_SUCH_VARIABLE"), "yes") == 0;  // here
}
