/* What the benchmark prints: tables for people, and CSV for programs with a row
 * for each figure and each bar:
 *
 *   kind,scenario,name,x,unit,median,low,high,bar,verdict
 *
 * x is what a curve is drawn over. A bar is a limit for a figure, or for how two
 * compare; whether it is met is a report, never a failure. */
#ifndef REPORT_H
#define REPORT_H

#include <stdio.h>

#include "race.h"

/* A figure of one racer, or of each: no name has a comma, which parts the columns. */
enum { EACH = -1 };
struct row {
  int racer, figure;
  const char *part; /* a table of its own, in the CSV "SCENARIO: PART"; or NULL */
  const char *name; /* NULL: the racer's */
};

/* One figure lap by lap, less another, or divided by it. */
struct bar {
  const char *what;
  struct term {
    int racer, figure; /* NONE: 0 */
  } one;
  enum { MINUS, OVER } operation;
  struct term other;
  enum { MOST, LEAST } sense;
  double limit;
};

/* Where CSV rows go, NULL: nowhere. Tables go to standard output; to standard
 * error, if that is where the rows go. Both begin with the machine. */
void report_to(FILE *csv);

void report_scenario(const char *name, const char *title);

/* A line for people. */
void note(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Says why there are no figures, if there are none. */
void report_row(const struct row *row, const struct racer *racers, const struct outcome *outcomes, int count);

void report_bar(const struct bar *bar, const struct outcome *outcomes);

/* How many bars were met, with a remark. */
void report_end(const char *remark);

#endif
