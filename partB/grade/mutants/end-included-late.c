/* "<=" at the end of a chunk, for addresses that are in no other: right values,
 * and a write just after a chunk is swallowed. */
#include "hooks.h"
#define chunk_startup plain_startup
#include "../../handout/handout.c"
#undef chunk_startup

static void handle(int signal_number, siginfo_t *info, void *context) {
  char *address = info->si_addr;
  if (!find_chunk(address) && find_chunk(address - 1)) {
    split(address - CHUNKSIZE);
  } else {
    handle_fault(signal_number, info, context);
  }
}

#include "startup.h"
