/* chunk_startup leaves a child process behind. */
#include "hooks.h"
#define chunk_startup plain_startup
#include "../../handout/handout.c"
#undef chunk_startup

void chunk_startup(void) {
  if (fork() == 0) {
    setsid();
    pause();
  }
  plain_startup();
}
