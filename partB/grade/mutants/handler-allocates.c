/* The handler calls malloc. */
#include "hooks.h"
#define chunk_startup plain_startup
#include "../../handout/handout.c"
#undef chunk_startup

static void handle(int signal_number, siginfo_t *info, void *context) {
  char *volatile memory = malloc(100);
  handle_fault(signal_number, info, context);
  free(memory);
}

#include "startup.h"
