/* Which relatives are there? The kernel counts them: each fork generation has a
 * System V segment, attached by this process and by all it has forked since, and
 * theirs. See generation.c. Guarded by the registry's lock. */
#ifndef LAZYCOPY_GENERATION_H
#define LAZYCOPY_GENERATION_H

#include <stdbool.h>
#include <stdint.h>

enum { FOREVER = UINT8_MAX };

/* What the numbers of generations have become. */
struct renumbering {
  uint8_t from[UINT8_MAX + 1];  /* of the first that saw something; 0: nobody sees it now but us */
  uint8_t until[UINT8_MAX + 1]; /* of the last that saw something; FOREVER stays */
};

/* The newest generation; 0: never forked, or alone again. */
uint8_t generation_newest(void);

/* Begins a generation, before a fork. */
void generation_begin(void);

/* Is there no relative of the newest generation any more? */
bool generation_newest_is_alone(void);

/* Drops the generations that make no difference any more. Returns whether there
 * were any; then all numbers must be renewed. */
bool generation_merge(struct renumbering *renumbering);

#endif
