#include "copytest_table.h"

#include "../measure/measure.h"
#include "../measure/text.h"
#include "copytest_csv.h"
#include "lazycopy.h"

static double median_us(const struct table *table, enum method method, enum phase phase) {
  double us[table->runs];
  for (size_t run = 0; run < table->runs; run++) us[run] = table->outcomes[run].us[method][phase];
  return summarize(us, table->runs).median;
}

static void print_head(FILE *stream, const struct table *table) {
  fprintf(stream, "%zu chunk%s of 64 KiB (%s), %zu writes, %s of %zu run%s\n\n", table->chunks,
          table->chunks > 1 ? "s" : "", size_text((double)table->chunks * CHUNKSIZE).string, table->writes,
          table->runs > 1 ? "medians" : "figures", table->runs, table->runs > 1 ? "s" : "");
  fprintf(stream, "%-8s", "");
  for (int method = 0; method < table->methods; method++) fprintf(stream, "%10s", method_names[method]);
  for (int method = LAZY; method < table->methods; method++) {
    fprintf(stream, "%*s%s is", method > LAZY ? 13 : 3, "", method_names[method]);
  }
  fputc('\n', stream);
}

/* "7.1 times faster" than eager copying, for each other method. */
static void print_ratios(FILE *stream, const struct table *table, const double values[METHODS],
                         const char *less, const char *more) {
  for (int method = LAZY; method < table->methods; method++) {
    double eager = values[EAGER], other = values[method];
    int printed = 0;
    if (eager > 0 && other > 0) {
      double ratio = eager >= other ? eager / other : other / eager;
      printed = fprintf(stream, "   %s %s", ratio_text(ratio).string, eager >= other ? less : more);
    }
    if (method + 1 < table->methods) fprintf(stream, "%*s", printed < 20 ? 20 - printed : 0, "");
  }
  fputc('\n', stream);
}

static void print_phase(FILE *stream, const struct table *table, enum phase phase) {
  double us[METHODS];
  fprintf(stream, "%-8s", phase_names[phase]);
  for (int method = 0; method < table->methods; method++) {
    us[method] = median_us(table, method, phase);
    fprintf(stream, "%10s", time_text(us[method]).string);
  }
  print_ratios(stream, table, us, "faster", "slower");
}

static void print_memory(FILE *stream, const struct table *table) {
  double bytes[METHODS];
  if (table->outcomes[0].memory[EAGER] < 0) return;
  fprintf(stream, "%-8s", "memory");
  for (int method = 0; method < table->methods; method++) {
    bytes[method] = (double)table->outcomes[0].memory[method];
    fprintf(stream, "%10s", size_text(bytes[method]).string);
  }
  print_ratios(stream, table, bytes, "smaller", "larger");
}

void table_print(FILE *stream, const struct table *table) {
  print_head(stream, table);
  for (int phase = 0; phase < (table->writes ? PHASES : WRITE); phase++) print_phase(stream, table, phase);
  print_memory(stream, table);
  fputc('\n', stream);
}
