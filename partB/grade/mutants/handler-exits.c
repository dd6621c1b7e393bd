/* The handler ends the program, and pretends that all is well. */
#include "hooks.h"
#define chunk_startup plain_startup
#include "../../handout/handout.c"
#undef chunk_startup

static void handle(int signal_number, siginfo_t *info, void *context) {
  (void)handle_fault;
  (void)signal_number;
  (void)info;
  (void)context;
  exit(0);
}

#include "startup.h"
