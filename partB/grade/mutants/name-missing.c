/* A function with a slip in its name. */
#include "hooks.h"
#define chunk_copy_lazy chunk_lazy_copy
#include "../../handout/handout.c"
