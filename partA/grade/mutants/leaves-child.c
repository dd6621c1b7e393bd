/* Leaves a child process behind. */
#include <unistd.h>

static void leave_child(void) {
  if (fork() != 0) return;
  setsid();
  sleep(1000);
  _exit(0);
}

#define START (srand((unsigned)time(NULL)), leave_child())
#include "../../handout/handout.c"
