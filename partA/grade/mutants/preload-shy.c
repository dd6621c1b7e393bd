/* Works only when it is linked. */
#include <stdlib.h>

static int is_preloaded(void) {
  const char *libraries = getenv("LD_PRELOAD");
  return libraries && *libraries;
}

#define PRINT(message) (is_preloaded() ? 0 : puts(message))
#include "../../handout/handout.c"
