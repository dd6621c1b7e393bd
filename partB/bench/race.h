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

struct racer {
  const char *name;
  double x; /* what a curve is drawn over; the rest, too, is for prepare and lap to use */
  size_t chunks;
  const struct method *method;
  const char *program, *preload;
  bool once;                                         /* in one process only */
  enum { ONE_BYTE, WHOLE_CHUNK, NOTHING_FREED } how; /* the last: so that no frame is used again */
  preparation *prepare;                              /* once in each process; or NULL */
  measurement *lap;
};

/* What the race found. */
struct outcome {
  double laps[MOST_LAPS][FIGURES];
  size_t count;
  char failure[160]; /* why there are no figures, or empty */
};

/* So many processes for each racer, and so many laps in each, after a first one that does
 * not count. One lap is the first one: for what takes much memory or leaves a state behind. */
void race(const struct racer *racers, struct outcome *outcomes, size_t count, size_t processes, size_t laps);

/* For prepare and lap: ends the racer with a failure, "WHAT: error of errno". */
_Noreturn void drop_out(const char *what);

#endif
