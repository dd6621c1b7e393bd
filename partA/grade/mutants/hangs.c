/* The handler never returns. */
#define END \
  for (;;) pause()
#include "../../handout/handout.c"
