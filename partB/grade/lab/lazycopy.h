/* The lab's five names and no more: what a lazycopy.c is compiled against by the
 * grader if no lazycopy.h lies beside it. */
#ifndef LAZYCOPY_H
#define LAZYCOPY_H

#define CHUNKSIZE 0x10000

void chunk_startup(void);
void *chunk_alloc(void);
void *chunk_copy_eager(void *chunk);
void *chunk_copy_lazy(void *chunk);

#endif
