/* The handler never returns. */
#define END \
  for (;;) pause()
#include "plain.c"
