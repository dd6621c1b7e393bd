/* Random copies, writes and frees of one thread, all of whose blocks can be checked. */
#ifndef STORM_H
#define STORM_H

#include <stddef.h>
#include <stdint.h>

enum { STORM_BLOCKS = 16, COMMON = 8 };

/* A thread's blocks, each filled with the pattern of a seed. */
struct storm {
  struct storm_block {
    char *chunks;
    size_t count;
    uint64_t seed;
  } blocks[STORM_BLOCKS];
  uint64_t dice;
};

/* The block that all storms copy and none writes: made before the first, and looked at. */
void storm_prepare(void);
int storm_common_holds(void);

/* Replaces a block by a copy of another one or of the common block, and perhaps
 * writes all of it or the first bytes of it. */
void storm_step(struct storm *storm);

/* Checks and frees all blocks. */
void storm_end(struct storm *storm);

#endif
