/* Works only when it is preloaded. */
#include <stdlib.h>

static int is_preloaded(void) {
  const char *libraries = getenv("LD_PRELOAD");
  return libraries && *libraries;
}

#define PRINT(message) (is_preloaded() ? puts(message) : 0)
#include "../../handout/handout.c"
