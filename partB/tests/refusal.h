/* A kernel that says no: the library's calls of mmap, mremap, mprotect and
 * madvise go through here (linked with --wrap), and are refused as asked. As real
 * kernels may, a refused mremap or mmap to a fixed address has unmapped its target, and
 * (HALF_DONE) a refused mprotect has changed the first half of its chunks. */
#ifndef REFUSAL_H
#define REFUSAL_H

#include <stddef.h>

/* Which calls; and how. KEPT: nothing has been unmapped, as if a filter refused the call. TAKEN: another
 * thread maps memory of its own where the refused call has unmapped something, at the first page, one in the
 * middle, the last, or at all of them. */
enum refusable {
  MMAP = 1,
  MREMAP = 2,
  MPROTECT = 4,
  MADVISE = 8,
  ANY_CALL = 15,
  HALF_DONE = 16,
  TAKEN_AT_FIRST = 32,
  TAKEN_IN_MIDDLE = 64,
  TAKEN_AT_LAST = 128,
  TAKEN_WHOLLY = 256,
  KEPT = 512
};

/* From now on counts the calls of these kinds, and refuses the ones numbered
 * from first (1: the next) to first + count - 1. */
void refuse(unsigned kinds, long first, long count);

/* No more refusals; returns how many there were. */
long refuse_nothing(void);

/* Refuses each mremap with old size 0 with EINVAL, as valgrind does. */
void refuse_sharing(void);

/* From now on what may be mapped anywhere is mapped where a refused call has left
 * room: the kernel is free to do that, and does it once in a while. */
void fill_holes(void);

/* Is what another thread has written to what it has taken as it was? */
int holes_hold(void);

/* From now on calls this, once, in the middle of the library: when it makes the n-th of its calls of
 * these kinds. meanwhile_ran tells whether there was one, and ends it. */
void meanwhile(unsigned kinds, long number, void (*run)(void));
int meanwhile_ran(void);

enum { FOR_EVER = 1 << 30 };

#endif
