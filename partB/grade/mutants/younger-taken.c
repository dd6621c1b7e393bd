/* Pairs, the newest first, and "<=" at the end of an original: the first byte of an older
 * copy, when a younger pair lies just below, is taken for the younger original's. */
#include "hooks.h"
#define chunk_startup plain_startup
#define chunk_copy_lazy plain_copy_lazy
#include "../../handout/handout.c"
#undef chunk_startup
#undef chunk_copy_lazy

struct sharers {
  char *original, *copy;
  struct sharers *next;
};

static struct sharers *all_sharers;

static void handle(int signal_number, siginfo_t *info, void *context) {
  char *address = info->si_addr;
  for (struct sharers *pair = all_sharers; pair; pair = pair->next) {
    if (address >= pair->original && address <= pair->original + CHUNKSIZE) {
      split(pair->original);
      return;
    }
    if (address >= pair->copy && address < pair->copy + CHUNKSIZE) {
      split(pair->copy);
      return;
    }
  }
  handle_fault(signal_number, info, context);
}

void *chunk_copy_lazy(void *chunk) {
  struct sharers *pair = malloc(sizeof *pair);
  char *copy = plain_copy_lazy(chunk);
  *pair = (struct sharers){chunk, copy, all_sharers};
  all_sharers = pair;
  return copy;
}

#include "startup.h"
