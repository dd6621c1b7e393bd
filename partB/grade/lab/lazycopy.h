/* Part B: chunks of memory, and two ways to copy them. README.md beside this file
 * tells what is required of a lazy copy. */
#ifndef LAZYCOPY_H
#define LAZYCOPY_H

/* Bytes in a chunk: 64 KiB. */
#define CHUNKSIZE 0x10000

/* Prepares everything. A program calls it once, before the functions below. */
void chunk_startup(void);

/* A new chunk of CHUNKSIZE bytes, all 0, which can be read and written. Returns
 * its first byte, or NULL if there is no memory. */
void *chunk_alloc(void);

/* A new chunk with the same bytes, copied at once. Takes the first byte of a
 * chunk; returns the first byte of the copy, or NULL. */
void *chunk_copy_eager(void *chunk);

/* The same, but chunk and copy share their memory until one of them is written. */
void *chunk_copy_lazy(void *chunk);

#endif
