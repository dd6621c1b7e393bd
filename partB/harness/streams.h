/* What a program in a box prints and sends: the pipes, and what is kept of what comes. */
#ifndef STREAMS_H
#define STREAMS_H

#include <poll.h>
#include <stddef.h>

#include "box.h"

/* The pipes' ends that the box reads; -1 where nothing more comes. */
struct streams {
  struct pollfd ends[BOX_STREAMS];
};

/* Makes the pipes; the program is to write to the other ends. */
void streams_open(struct streams *streams, int writing[BOX_STREAMS]);
void streams_close(struct streams *streams);

/* Reads all of them for a time at most. A signal ends it sooner. */
void streams_listen(struct streams *streams, struct box_result *result, int milliseconds);

/* Bytes of all streams together. */
size_t streams_total(const struct box_result *result);

#endif
