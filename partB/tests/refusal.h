/* A kernel that says no: the library's calls of mmap, mremap, mprotect and
 * madvise go through here (linked with --wrap), and are refused as asked. A
 * refused mremap with MREMAP_FIXED unmaps its target, as real kernels may. */
#ifndef REFUSAL_H
#define REFUSAL_H

enum refusable { MMAP = 1, MREMAP = 2, MPROTECT = 4, MADVISE = 8, ANY_CALL = 15 };

/* From now on counts the calls of these kinds, and refuses the ones numbered
 * from first (1: the next) to first + count - 1. */
void refuse(unsigned kinds, long first, long count);

/* No more refusals; returns how many there were. */
long refuse_nothing(void);

/* Refuses each mremap with old size 0 with EINVAL, as valgrind does. */
void refuse_sharing(void);

/* From now on what may be mapped anywhere is mapped where a refused mremap has left
 * room: the kernel is free to do that, and does it once in a while. */
void fill_holes(void);

enum { FOR_EVER = 1 << 30 };

#endif
