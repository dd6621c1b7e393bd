#include "copytest_show.h"

#include <stddef.h>

#include "lazycopy.h"
#include "show.h"

/* Not in every library: only the lab's names are. */
#pragma weak chunk_snapshot
#pragma weak chunk_restore
#pragma weak chunk_pin
#pragma weak chunk_unpin

_Static_assert(sizeof(struct figures) == sizeof(struct chunk_stats) &&
                   offsetof(struct figures, splits_without_copy) ==
                       offsetof(struct chunk_stats, splits_without_copy),
               "figures are the library's");

typedef void (*function)(void);

static void get_figures(void *figures) {
  chunk_get_stats(figures);
}

int show_library(const char *steps, const char *page) {
  const struct answer library = {.startup = chunk_startup,
                                 .functions = {[ALLOC] = (function)chunk_alloc,
                                               [LAZY] = (function)chunk_copy_lazy,
                                               [EAGER] = (function)chunk_copy_eager,
                                               [SNAPSHOT] = (function)chunk_snapshot,
                                               [RESTORE] = (function)chunk_restore,
                                               [PIN] = (function)chunk_pin,
                                               [UNPIN] = (function)chunk_unpin,
                                               [FREE] = (function)chunk_free},
                                 .get_stats = get_figures};
  return show("copytest: --show", &library, steps ? steps : default_steps, page);
}
