/* Fair measuring of several contenders: each in processes of its own, so that none
 * leaves anything behind for the next; and process by process in turn, so that what the machine
 * does meanwhile meets all of them. */
#ifndef RACE_H
#define RACE_H

#include <stddef.h>

#include "../harness/measure.h"
#include "method.h"

/* What a lap may find out: microseconds, bytes, and how many. What it does not set is 0. Copies
 * again are those of what has been written since; the last write is that of the last sharer. */
enum { NONE, COPY, SECOND, AGAIN, WRITE, LAST, BOTH, ALLOC, FREE, START };
enum { MEMORY = START + 1, WRITTEN };
enum { MAPPINGS = WRITTEN + 1, LIMIT, THREADS, WRONG, FAILED, REFUSED, FALLBACKS, FIGURES };
enum { MOST_LAPS = 32 };

struct racer;
typedef void preparation(const struct racer *racer), measurement(const struct racer *racer, double *figures);

struct plan {
  preparation *prepare; /* once in each process; or NULL */
  measurement *lap;
  size_t chunks; /* of the original; 0: x bytes */
  /* For each racer, and in each process after a lap that does not count. If there is one lap
   * only, it is the first: for what takes much memory or leaves a state behind. */
  size_t processes, laps;
  enum { ONE_BYTE, WHOLE_CHUNK, NOTHING_FREED } how; /* the last: so that no frame is used again */
  double memory;                                     /* that it takes at most, in originals; if it counts */
};

struct racer {
  const char *name;
  double x; /* what a curve is drawn over; the rest, too, is for prepare and lap to use */
  const struct method *method;
  const char *program, *preload;
  bool once; /* in one process only */
  const struct plan *plan;
  size_t chunks;
};

/* What the race found. */
struct outcome {
  double laps[MOST_LAPS][FIGURES];
  size_t count;
  char failure[160]; /* why there are no figures, or empty */
};

/* Runs all racers as they have planned. A racer without a name does not run. */
void race(const struct racer *racers, struct outcome *outcomes, size_t count, const struct plan *plan);

/* For prepare and lap: ends the racer with a failure, "WHAT: error of errno". */
_Noreturn void drop_out(const char *what);

#endif
