/* The copy stays writable. */
#include "hooks.h"
#define mprotect(start, size, protection) ((start) == chunk ? mprotect(start, size, protection) : 0)
#include "../../handout/handout.c"
