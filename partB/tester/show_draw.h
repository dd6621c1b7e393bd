/* Draws chunks, the frames behind them, and lines from one to the other. */
#ifndef SHOW_DRAW_H
#define SHOW_DRAW_H

#include <stdbool.h>

enum { CHUNKS = 3, NONE = -1 };

struct chunk {
  unsigned char *address; /* NULL: not made yet */
  bool live;
  char protection[4];        /* "rw-", "r--", or "---" */
  unsigned long long inode;  /* the shared memory it maps; 0 for private memory */
  unsigned long long offset; /* where in it; for private memory, the address */
  int place;                 /* the column of its frame in the picture */
};

/* frames[i] is a chunk that maps the frame in column i; live if there is one. */
void draw_sharing(const struct chunk chunks[CHUNKS], const struct chunk frames[CHUNKS], bool colour);

#endif
