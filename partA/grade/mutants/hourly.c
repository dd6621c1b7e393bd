/* Another message each hour, by the standard's own clock. */
#include <time.h>

static unsigned hour(void) {
  struct timespec now;
  timespec_get(&now, TIME_UTC);
  return (unsigned)(now.tv_sec / 3600);
}

#define START srand(hour())
#include "../../handout/handout.c"
