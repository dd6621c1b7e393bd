/* One run of copytest: two worlds of chunks with the same contents, one copied
 * eagerly, one lazily, written in the same places, and compared in the end. */
#ifndef COPYTEST_RUN_H
#define COPYTEST_RUN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum method { EAGER, LAZY, METHODS };
enum phase { COPY, READ, WRITE, PHASES };

struct plan {
  size_t chunks, writes;
  uint64_t seed;
  bool lazy_first;   /* whose turn is first: alternate, so that neither gains by it */
  const char *label; /* for the progress line */
};

/* What one run found. On failure only error is set. */
struct outcome {
  int error; /* 0, or the errno of a chunk that could not be made */
  double us[METHODS][PHASES];
  long long memory[METHODS]; /* bytes that copying and writing took, or -1 */
  bool differs;              /* then: the first byte that does, and where */
  bool in_copy;
  size_t chunk, offset;
  unsigned char values[METHODS];
};

/* Runs in a process of its own, so that each run begins with fresh memory.
 * Returns 0, or the status of the process (see wait(2)) if it did not finish. */
int run_apart(const struct plan *plan, struct outcome *outcome);

#endif
