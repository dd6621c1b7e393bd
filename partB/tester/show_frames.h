/* Which frames there are behind the chunks, how they are numbered, and where they stand in
 * the picture: a frame keeps its number and its column while it is in use. */
#ifndef SHOW_FRAMES_H
#define SHOW_FRAMES_H

#include "show_run.h"

struct layout {
  int place[MOST_CHUNKS]; /* of each chunk: the column of its frame, or NONE */
  struct {
    bool live, is_shared_memory;
    int number;         /* in the order in which they were first seen */
    struct chunk chunk; /* one that maps it */
  } frames[MOST_CHUNKS];
  struct chunk known[MOST_STEPS + MOST_CHUNKS]; /* by number: a chunk that mapped it when it was first seen */
  int numbers;
};

bool same_frame(const struct chunk *a, const struct chunk *b);

/* Did the chunk move to another frame as a whole, and are the right bytes there? */
bool copied_whole(const struct chunk *before, const struct chunk *now);

/* From the layout of the step before to that of this moment; { 0 } stands before the first. */
void layout_go_on(struct layout *layout, const struct moment *moment);

/* What the memory in a column, or in none, is called. */
struct label {
  char string[24];
};
struct label frame_label(const struct layout *layout, int place);

#endif
