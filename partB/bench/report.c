#include "report.h"

#include <math.h>
#include <stdarg.h>
#include <string.h>

#include "../harness/text.h"

static FILE *csv_file, *table;
static const char *scenario, *part_name;

/* What was said about each bar, to be repeated in the end. */
static struct bar {
  const char *scenario;
  char text[160];
} bars[64];
static size_t bar_count, bars_met, bars_measured;

void report_to(FILE *csv) {
  csv_file = csv;
  table = csv == stdout ? stderr : stdout;
  print_machine(table, "");
  if (!csv) return;
  print_machine(csv, "# ");
  fprintf(csv, "kind,scenario,name,x,unit,median,low,high,bar,verdict\n");
}

void begin_scenario(const char *name, const char *title) {
  scenario = name;
  part_name = NULL;
  hide_progress();
  fprintf(table, "\n%s: %s\n", name, title);
  fflush(table);
}

const char *scenario_name(void) {
  return scenario;
}

void begin_part(const char *name) {
  part_name = name;
  note("%s", name);
}

void note(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  hide_progress();
  fputs("  ", table);
  vfprintf(table, format, arguments);
  fputc('\n', table);
  fflush(table);
  va_end(arguments);
}

static const char *const unit_names[] = {[TIME_US] = "us", [BYTES] = "bytes", [COUNT] = "count"};

static struct text in_unit(double value, enum unit unit) {
  struct text text;
  if (unit == TIME_US) return time_text(value);
  if (unit == BYTES) return size_text(value);
  snprintf(text.string, sizeof text.string, "%.0f", value);
  return text;
}

/* Keeps the columns apart. */
static void put_name(const char *name) {
  for (; *name; name++) fputc(*name == ',' ? ';' : *name, csv_file);
}

void report_figure(const char *name, struct summary summary, enum unit unit, double x) {
  if (isnan(summary.median)) {
    note("%-34s not measured", name);
    return;
  }
  hide_progress();
  fprintf(table, "  %-34s %10s   (%s to %s)\n", name, in_unit(summary.median, unit).string,
          in_unit(summary.low, unit).string, in_unit(summary.high, unit).string);
  fflush(table);
  if (!csv_file) return;
  fprintf(csv_file, "figure,%s%s", scenario, part_name ? ": " : "");
  put_name(part_name ? part_name : "");
  fputc(',', csv_file);
  put_name(name);
  fprintf(csv_file, ",%.10g,%s,%.6g,%.6g,%.6g,,\n", x, unit_names[unit], summary.median, summary.low,
          summary.high);
}

void report_figures(const struct racer *racers, size_t count, int figure, enum unit unit, double x) {
  for (size_t i = 0; i < count; i++) {
    if (racers[i].failure[0]) {
      note("%-34s %s", racers[i].name, racers[i].failure);
    } else {
      report_figure(racers[i].name, racers[i].figures[figure], unit, x);
    }
  }
}

static void report_bar(const char *what, double measured, double limit, bool at_least, struct text value,
                       struct text bound, const char *unit) {
  const char *verdict = isnan(measured)                                      ? "not measured"
                        : (at_least ? measured >= limit : measured <= limit) ? "met"
                                                                             : "missed";
  bars_measured += !isnan(measured);
  bars_met += strcmp(verdict, "met") == 0;
  struct bar *bar = &bars[bar_count < sizeof bars / sizeof *bars ? bar_count++ : 0];
  bar->scenario = scenario;
  snprintf(bar->text, sizeof bar->text, "%-60s %10s  %s %-10s %s", what, isnan(measured) ? "-" : value.string,
           at_least ? ">=" : "<=", bound.string, verdict);
  note("%s", bar->text);
  if (!csv_file) return;
  fprintf(csv_file, "bar,%s,", scenario);
  put_name(what);
  fprintf(csv_file, ",,%s,%.6g,,,%s %g,%s\n", unit, measured, at_least ? "at least" : "at most", limit,
          verdict);
}

/* "6.21 x" */
static struct text factor(double value) {
  struct text text;
  snprintf(text.string, sizeof text.string, value < 99.5 ? "%.2f x" : "%.0f x", value);
  return text;
}

void bar_at_least(const char *what, double measured, double limit) {
  report_bar(what, measured, limit, true, factor(measured), factor(limit), "times");
}

void bar_at_most(const char *what, double measured, double limit) {
  report_bar(what, measured, limit, false, factor(measured), factor(limit), "times");
}

void bar_figure_at_most(const char *what, double measured, double limit, enum unit unit) {
  report_bar(what, measured, limit, false, in_unit(measured, unit), in_unit(limit, unit), unit_names[unit]);
}

double ratio(const struct racer *above, const struct racer *below, int figure) {
  double ratios[MOST_LAPS];
  if (above->failure[0] || below->failure[0]) return NAN;
  for (size_t lap = 0; lap < above->lap_count; lap++) {
    ratios[lap] = above->laps[lap][figure] / below->laps[lap][figure];
  }
  return summarize(ratios, above->lap_count).median;
}

bool fits(double bytes) {
  double available = (double)memory_available();
  if (available < 0 || available > (double)(SIZE_MAX / 2)) available = (double)(SIZE_MAX / 2); /* 32 bits */
  if (bytes <= available) return true;
  note("Skipped: takes %s of memory, and %s are available.", size_text(bytes).string,
       size_text(available).string);
  return false;
}

void print_bars(const char *remark) {
  if (bar_count == 0) return;
  fprintf(table, "\nBars%s\n", remark);
  for (size_t i = 0; i < bar_count; i++) fprintf(table, "  %-16s %s\n", bars[i].scenario, bars[i].text);
  fprintf(table, "  %zu of %zu met", bars_met, bars_measured);
  if (bar_count > bars_measured) fprintf(table, ", %zu not measured", bar_count - bars_measured);
  fputc('\n', table);
}
