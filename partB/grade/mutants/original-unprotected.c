/* The original stays writable. */
#include "hooks.h"
#define mprotect(start, size, protection) ((start) == copy ? mprotect(start, size, protection) : 0)
#include "../../handout/handout.c"
