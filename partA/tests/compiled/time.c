// What: read from address 0x6b6c2000, which is not mapped. A number where a pointer belongs
// Where: in localtime, called from main at .*
#include <time.h>

int main(void) {
  const time_t *volatile now = (const time_t *)0x6b6c2000;
  return localtime(now)->tm_year;  // here
}
