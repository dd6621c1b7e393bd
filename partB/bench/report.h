/* What the benchmark prints: tables for people, and CSV for programs with a row
 * for each figure and each bar:
 *
 *   kind,scenario,name,x,unit,median,low,high,bar,verdict
 *
 * x is what a curve is drawn over. A bar is a limit for the ratio of two figures,
 * or for a figure; whether it is met is a report, never a failure. */
#ifndef REPORT_H
#define REPORT_H

#include <stdio.h>

#include "race.h"

/* Where CSV rows go, NULL: nowhere. Tables go to standard output; to standard
 * error, if that is where the rows go. Both begin with the machine. */
void report_to(FILE *csv);

void begin_scenario(const char *name, const char *title);
const char *scenario_name(void);

/* A part of a scenario, with a table of its own; in the CSV "SCENARIO: PART". */
void begin_part(const char *name);

/* A line that explains, below the title or a table. */
void note(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The rows of a table: one figure of each racer, over x, or why there is none. */
enum unit { TIME_US, BYTES, COUNT };
void report_figures(const struct racer *racers, size_t count, int figure, enum unit unit, double x);
void report_figure(const char *name, struct summary summary, enum unit unit, double x);

/* How a figure or a ratio compares with its bar; NAN was not measured. */
void bar_at_least(const char *what, double measured, double limit);
void bar_at_most(const char *what, double measured, double limit);
void bar_figure_at_most(const char *what, double measured, double limit, enum unit unit);

/* One racer's figure divided by that of another in the same lap: the median of all
 * laps. */
double ratio(const struct racer *above, const struct racer *below, int figure);

/* False, and a line that says so, if a scenario needs more bytes than there are. */
bool fits(double bytes);

/* All bars again, in one table, with a remark in its title. */
void print_bars(const char *remark);

#endif
