/* One run of copytest: a world of chunks for each method, with the same contents, copied
 * by that method, written in the same places, and compared in the end. */
#ifndef COPYTEST_RUN_H
#define COPYTEST_RUN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum method { EAGER, LAZY, SNAPSHOT, METHODS };
enum phase { COPY, READ, WRITE, PHASES };

struct plan {
  size_t chunks, writes;
  int methods; /* the first so many of them */
  uint64_t seed;
  int first;         /* whose turn is first: alternate, so that none gains by it */
  const char *label; /* for the progress line */
};

/* What one run found. On failure only error is set. */
struct outcome {
  int error; /* 0, or the errno of a chunk that could not be made */
  double us[METHODS][PHASES];
  long long memory[METHODS]; /* bytes that copying and writing took, or -1 */
  bool differs;              /* then: the first byte that does, in which world, and where */
  enum method method;
  bool in_copy;
  size_t chunk, offset;
  unsigned char values[METHODS];
};

/* Runs in a process of its own, so that each run begins with fresh memory.
 * Returns 0, or the status of the process (see wait(2)) if it did not finish. */
int run_apart(const struct plan *plan, struct outcome *outcome);

#endif
