/* A kernel that says no: the library's calls of mmap, mremap, mprotect and
 * madvise go through here (linked with --wrap), and are refused as asked. As real
 * kernels may, a refused mremap or mmap to a fixed address has unmapped its target, and
 * (HALF_DONE) a refused mprotect has changed the first half of its chunks. */
#ifndef REFUSAL_H
#define REFUSAL_H

#include <stddef.h>

/* Which calls; and how. With TAKEN, another thread maps memory of its own where the refused
 * call has unmapped something: at the first, a middle or the last page, or at all of them. */
enum refusable { MMAP = 1, MREMAP = 2, MPROTECT = 4, MADVISE = 8, ANY_CALL = 15, HALF_DONE = 16, TAKEN = 32 };

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

/* How many holes another thread has taken, and whether what it wrote there is as it was. */
size_t holes_taken(void);
int holes_hold(void);

/* From now on calls this, once, in the middle of the library: when it makes the n-th of its calls of
 * these kinds. meanwhile_ran tells whether there was one, and ends it. */
void meanwhile(unsigned kinds, long number, void (*run)(void));
int meanwhile_ran(void);

enum { FOR_EVER = 1 << 30 };

#endif
