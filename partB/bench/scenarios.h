/* What the benchmark measures: a table of scenarios. Each races the methods it is about,
 * prints their figures, and compares them with the bars that the library is held to. */
#ifndef SCENARIOS_H
#define SCENARIOS_H

#include "report.h"

enum { SCENARIOS = 17 };

struct scenario {
  const char *name, *title;
  struct plan plan;
  struct racer racers[WAYS]; /* without a name: none. The n-th has the n-th method, if it names no other */
  struct row rows[5];
  struct bar bars[6];
  const double *points; /* the values of x, ended by a negative one; NULL: the racers have their own */
  const char *over;     /* what x is */
};

extern const struct scenario scenarios[SCENARIOS];

#endif
