/* Checks of the library's own records, for its tests only: not in the library. */
#ifndef LAZYCOPY_CHECK_H
#define LAZYCOPY_CHECK_H

/* Returns 1 if all invariants hold; else says which does not on standard error
 * and returns 0. */
int lazycopy_is_valid(void);

/* Returns 1 if every slot is mapped as its record says, by /proc/self/maps. */
int lazycopy_matches_kernel(void);

#endif
