/* The ways to copy a block of memory that the benchmark compares, behind one
 * small interface. A block is an original or a copy; both can be read and
 * written through chunk_at. */
#ifndef METHOD_H
#define METHOD_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "lazycopy.h"

struct block {
  size_t count;  /* chunks */
  char *start;   /* where they lie side by side, or NULL: */
  char **chunks; /* where each of them lies */
  int file;      /* kernel: the file behind it */
  size_t first;  /* kernel and bare: where in the original, in chunks */
  pid_t child;   /* fork: the process that holds the snapshot */
};

struct method {
  /* Makes an original, not touched yet. */
  bool (*alloc)(struct block *block, size_t count);
  /* False if no copy can be had; errno tells why. For fork, the copy is what the
   * child sees, and the block is the parent's memory: a write to it is a write
   * to one of the two sides, as for the other methods. */
  bool (*copy)(const struct block *source, struct block *copy);
  void (*release)(struct block *copy);
  /* Makes the original writable as it was before it was copied, in the cheapest
   * way, once all copies are released. NULL: it is. */
  void (*renew)(struct block *source);
};

/* BARE is the system calls of lazy copying and the few steps of a split, with no library
 * around them, in the places that are best for them: below it nobody gets on this machine.
 * SHARED is the eager copy, into shared memory, of the lab's plain answer. */
enum way { LAZY, HANDOUT, KERNEL, FORK, EAGER, EAGER_WARM, BARE, SHARED, WAYS };
extern const struct method methods[WAYS];

static inline char *chunk_at(const struct block *block, size_t index) {
  return block->start ? block->start + index * CHUNKSIZE : block->chunks[index];
}

/* A part of a block, to be copied by itself. Not to be released. */
struct block part(const struct block *block, size_t first, size_t count);

/* Writes to every page of a block. */
void touch(const struct block *block);

/* The lab's plain answer in handout.c, under other names. */
void handout_startup(void);
void *handout_alloc(void);
void *handout_copy_eager(void *chunk);
void *handout_copy_lazy(void *chunk);

#endif
