/* A world of chunks, each with a twin in plain memory that has been through the
 * same writes and copies: whatever the library does, the two must be equal. */
#ifndef WORLD_H
#define WORLD_H

#include <stddef.h>

enum { MOST_CHUNKS = 200 };

struct pair {
  char *chunk; /* lazycopy's */
  char *plain; /* malloc's, of CHUNKSIZE bytes */
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

/* How many live chunks stand side by side from here on, whichever calls made
 * them; at most limit. */
size_t world_run(const char *chunk, size_t limit);

char *world_plain(const char *chunk);

/* Is the chunk, are all chunks what they should be? */
int pair_agrees(const struct pair *pair);
int world_agrees(void);

#endif
