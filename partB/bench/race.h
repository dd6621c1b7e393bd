/* Fair measuring of several contenders: each in a process of its own, so that
 * none leaves anything behind for the next; all on one processor, as processors
 * differ in what else they have to do; and lap by lap in turn, so that what the
 * machine does meanwhile meets all of them. */
#ifndef RACE_H
#define RACE_H

#include <stdbool.h>
#include <stddef.h>

#include "../harness/measure.h"
#include "method.h"

enum { FIGURES = 8, MOST_LAPS = 40 };

struct racer {
  const char *name;
  void (*prepare)(const struct racer *racer); /* once in its process; or NULL */
  void (*lap)(const struct racer *racer, double *figures);
  const struct method *method; /* the rest is for prepare and lap to use */
  size_t chunks;
  const void *argument;

  /* What the race found: lap by lap, and in summary; NAN if it failed. */
  double laps[MOST_LAPS][FIGURES];
  size_t lap_count;
  struct summary figures[FIGURES];
  char failure[96]; /* why there are no figures, or empty */
};

/* Runs laps of all racers. TOGETHER: all processes exist at once, each prepares
 * once, and a first lap does not count; as luck in where a process lies in memory
 * lasts as long as it does, there are new ones after a few laps. APART: each lap is
 * a new process, and only one exists at a time: for what takes much memory or
 * leaves a state behind. */
enum race_mode { TOGETHER, APART };
void race(struct racer *racers, size_t count, size_t laps, enum race_mode mode);

/* For prepare and lap: ends the racer with a failure, "WHAT: error of errno". */
_Noreturn void drop_out(const char *what);

#endif
