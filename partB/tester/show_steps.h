/* The steps that are shown: "a = alloc; b = lazy a; write b" becomes a list.
 *
 *   a = alloc         a new chunk, filled, with 'A' in front
 *   b = lazy a        also eager, snapshot
 *   write b           another byte at its beginning; write b 65535: at an offset
 *   read b            also with an offset
 *   restore a b       a becomes what b is; also pin, unpin and free, with one chunk */
#ifndef SHOW_STEPS_H
#define SHOW_STEPS_H

#include <stdbool.h>
#include <stddef.h>

enum { MOST_CHUNKS = 8, MOST_STEPS = 40, BYTES = 0x10000, NONE = -1 };

enum act { ALLOC, LAZY, EAGER, SNAPSHOT, RESTORE, PIN, UNPIN, FREE, READ, WRITE, ACTS };

/* Does it make a chunk? */
static inline bool act_makes(enum act act) {
  return act == ALLOC || act == LAZY || act == EAGER || act == SNAPSHOT;
}

struct step {
  enum act act;
  int chunk, source; /* numbers of chunks; source is NONE if there is none */
  size_t offset;     /* of what is read or written */
  unsigned char value;
  char text[80]; /* the step in C */
};

struct steps {
  struct step list[MOST_STEPS];
  int count;
  char names[MOST_CHUNKS]; /* of the chunks, in the order in which they appear */
  int chunks;
};

/* The functions of lazycopy that the acts call; NULL for reading and writing. */
extern const char *const act_functions[ACTS];

/* What is shown if nothing else is asked for. */
extern const char default_steps[];

/* False if the text is not made of such steps; why says so then, in a line. */
bool steps_read(const char *text, struct steps *steps, char *why, size_t size);

#endif
