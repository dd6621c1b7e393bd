/* A world of chunks, each with a twin in plain memory that has been through the
 * same writes and copies: whatever the library does, the two must be equal. What is
 * written goes to both, and nothing is ever copied from a chunk to its twin. */
#ifndef WORLD_H
#define WORLD_H

#include <stddef.h>
#include <stdint.h>

enum { MOST_CHUNKS = 200 };

struct pair {
  char *chunk; /* lazycopy's */
  char *twin;  /* malloc's, of CHUNKSIZE bytes */
  unsigned pins;
};

extern struct world {
  struct pair pairs[MOST_CHUNKS]; /* in no order */
  size_t live;
} world;

/* Takes up count new chunks, whose contents are those of the chunks at source
 * (live ones), or zeros if source is NULL. */
void world_add(char *chunks, size_t count, const char *source);

/* Drops count chunks that have been freed. */
void world_remove(const char *chunks, size_t count);

/* Gives count twins the contents of others. */
void world_copy(const char *chunks, const char *source, size_t count);

/* How many live chunks stand side by side from here on, whichever calls made
 * them; at most limit. */
size_t world_run(const char *chunk, size_t limit);

struct pair *world_find(const char *chunk);

/* Writes a byte, or all of them, to both. */
void pair_write(struct pair *pair, size_t at, int value);
void pair_fill(struct pair *pair, uint64_t seed);

/* Is the chunk, are all chunks what they should be? */
int pair_agrees(const struct pair *pair);
int world_agrees(void);

#endif
