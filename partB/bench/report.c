/* Tables for people, and CSV with a row for each figure and each bar:
 *
 *   kind,scenario,name,x,unit,median,low,high,bar,verdict
 *
 * x is what a curve is drawn over. Both begin with the machine. */
#include "bench.h"

#include <math.h>

#include "../measure/text.h"

static FILE *csv;
static int bars, bars_met, bars_measured;

void report_to(FILE *file) {
  csv = file;
  print_machine(stdout, "");
  print_machine(csv, "# ");
  fprintf(csv, "kind,scenario,name,x,unit,median,low,high,bar,verdict\n");
}

static struct text with_unit(double value, int figure) {
  struct text text;
  if (isnan(value)) return (struct text){"-"};
  if (figure && figure <= START) return time_text(value);
  if (figure && figure <= WRITTEN) return size_text(value);
  snprintf(text.string, sizeof text.string, figure ? "%.0f" : value < 99.5 ? "%.2f x" : "%.0f x", value);
  return text;
}

/* Of a figure; of none: that of a ratio. */
static const char *unit(int figure) {
  return !figure ? "times" : figure <= START ? "us" : figure <= WRITTEN ? "bytes" : "count";
}

static void report_figure(const char *scenario, const struct row *row, const struct racer *racer,
                          const struct outcome *outcome) {
  const char *name = row->name ? row->name : racer->name;
  double values[MOST_LAPS];
  if (outcome->failure[0]) {
    printf("  %-34s %s\n", name, outcome->failure);
    return;
  }
  for (size_t lap = 0; lap < outcome->count; lap++) values[lap] = outcome->laps[lap][row->figure];
  struct summary summary = summarize(values, outcome->count);
  if (summary.high == 0) return; /* this racer does not find it out */
  printf("  %-34s %10s   (%s to %s)\n", name, with_unit(summary.median, row->figure).string,
         with_unit(summary.low, row->figure).string, with_unit(summary.high, row->figure).string);
  fprintf(csv, "figure,%s%s%s,%s,%.10g,%s,%.6g,%.6g,%.6g,,\n", scenario, row->part ? ": " : "",
          row->part ? row->part : "", name, racer->x, unit(row->figure), summary.median, summary.low,
          summary.high);
}

/* The median of all laps; NAN if there are none. */
static double measure(const struct bar *bar, const struct outcome *outcomes) {
  const struct outcome *one = &outcomes[bar->one.racer];
  const struct outcome *other = bar->other.figure ? &outcomes[bar->other.racer] : one;
  size_t count = one->count < other->count ? one->count : other->count;
  double values[MOST_LAPS];
  for (size_t lap = 0; lap < count; lap++) {
    double value = one->laps[lap][bar->one.figure], compared = other->laps[lap][bar->other.figure];
    values[lap] = bar->operation == OVER ? value / compared : value - compared;
  }
  return count ? summarize(values, count).median : NAN;
}

/* Of a curve's point, which is named as well. */
static void report_bar(const struct scenario *scenario, const struct bar *bar, double x,
                       const struct outcome *outcomes) {
  char what[120];
  double measured = measure(bar, outcomes);
  int figure = bar->operation == OVER ? NONE : bar->one.figure;
  bool met = bar->sense == LEAST ? measured >= bar->limit : measured <= bar->limit;
  const char *verdict = isnan(measured) ? "not measured" : met ? "met" : "missed";
  bars++;
  bars_measured += !isnan(measured);
  bars_met += met;
  snprintf(what, sizeof what, scenario->curve.over ? "%s; %.10g %s" : "%s", bar->what, x,
           scenario->curve.over);
  printf("  %-60s %10s  %s %-10s %s\n", what, with_unit(measured, figure).string,
         bar->sense == LEAST ? ">=" : "<=", with_unit(bar->limit, figure).string, verdict);
  fprintf(csv, "bar,%s,%s,,%s,%.6g,,,%s %g,%s\n", scenario->name, what, unit(figure), measured,
          bar->sense == LEAST ? "at least" : "at most", bar->limit, verdict);
}

void report_scenario(const struct scenario *scenario, const struct racer *racers,
                     const struct outcome *outcomes) {
  for (const struct row *row = scenario->rows; row->figure; row++) {
    if (row->part) printf("  %s\n", row->part);
    for (int i = 0; i < WAYS; i++) {
      bool meant = row->racer == EACH || row->racer == i;
      if (meant && racers[i].name) report_figure(scenario->name, row, &racers[i], &outcomes[i]);
    }
  }
  for (const struct bar *bar = scenario->bars; bar->what; bar++)
    report_bar(scenario, bar, racers[0].x, outcomes);
}

void report_end(const char *remark) {
  printf("\nBars: %d of %d met, %d not measured%s\n", bars_met, bars_measured, bars - bars_measured, remark);
}
