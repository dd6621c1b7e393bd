/* Checks of the library's own records, for its tests only: not in the library. */
#ifndef LAZYCOPY_CHECK_H
#define LAZYCOPY_CHECK_H

#include <stddef.h>

/* Returns 1 if all invariants hold, the three rules among them; else says which does
 * not on standard error and returns 0. may_move: since the last call something may
 * have been copied lazily, or the process forked; else every chunk that was private
 * and writable must be where it was. */
int lazycopy_is_valid(int may_move);

/* From now on the library behaves as if the kernel allowed it so many mappings. */
void lazycopy_limit_mappings(size_t mappings);

/* Returns 1 if every slot is mapped as its record says, by /proc/self/maps. */
int lazycopy_matches_kernel(void);

#endif
