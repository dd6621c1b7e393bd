/* The benchmark: lazycopy against what one would use instead, and against the
 * bars it is held to. "make bench" runs it; bench --help tells the options. */
#include <errno.h>
#include <getopt.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../harness/box.h"
#include "../harness/text.h"
#include "bench.h"

enum { BAD_USAGE = 2 };

static const char help[] =
    "Usage: bench [--quick] [--csv FILE] [SCENARIO]...\n"
    "Measures lazy copying against eager copies, the lab's plain answer, the kernel's\n"
    "copy-on-write and fork, and the cost of libletsbefriends. Prints medians and, in\n"
    "parentheses, the smallest and the largest figure. Run it from the top of the tree.\n"
    "\n"
    "  --quick     smaller sizes and fewer repetitions, under 20 seconds\n"
    "  --csv FILE  write the figures to FILE; - is standard output, and the tables go to\n"
    "              standard error then\n"
    "  --help      print this text\n"
    "\n"
    "Exit status: 0 if it ran, whatever the figures; 2 for bad usage. The scenarios:\n";

static bool quick, wanted[SCENARIOS];
static const char *csv_name; /* NULL: no CSV */

static _Noreturn void refuse(const char *what, const char *why) {
  fprintf(stderr, "bench: %s: %s\n", what, why);
  exit(BAD_USAGE);
}

static void want(const char *name) {
  int i = 0;
  while (i < SCENARIOS && strcmp(scenarios[i].name, name) != 0) i++;
  if (i == SCENARIOS) refuse(name, "no such scenario; --help lists them");
  wanted[i] = true;
}

static _Noreturn void print_help(void) {
  fputs(help, stdout);
  for (int i = 0; i < SCENARIOS; i++) printf("  %-18s%s\n", scenarios[i].name, scenarios[i].title);
  exit(0);
}

static void read_options(int argc, char **argv) {
  static const struct option known[] = {{"quick", no_argument, NULL, 'q'},
                                        {"csv", required_argument, NULL, 'c'},
                                        {"help", no_argument, NULL, 'h'},
                                        {NULL, 0, NULL, 0}};
  for (int option; (option = getopt_long(argc, argv, "", known, NULL)) != -1;) {
    if (option == '?') exit(BAD_USAGE);
    if (option == 'h') print_help();
    if (option == 'q') quick = true;
    if (option == 'c') csv_name = optarg;
  }
  for (int i = optind; i < argc; i++) want(argv[i]);
  for (int i = 0; optind == argc && i < SCENARIOS; i++) wanted[i] = true;
}

static FILE *open_csv(void) {
  FILE *csv = strcmp(csv_name, "-") == 0 ? stdout : fopen(csv_name, "w");
  if (!csv) refuse(csv_name, strerror(errno));
  return csv;
}

static size_t scaled(double size) {
  enum { SMALLER = 10 };
  return quick && size > SMALLER * SMALLER ? (size_t)size / SMALLER : (size_t)size;
}

/* All of a scenario, or one point of a curve. */
static void run_point(const struct scenario *scenario, const double *x) {
  static struct outcome outcomes[WAYS];
  struct racer racers[WAYS];
  struct plan plan = scenario->plan;
  size_t chunks = plan.chunks || !x ? scaled((double)plan.chunks) : (size_t)(*x / CHUNKSIZE);
  double bytes = plan.memory * (double)chunks * CHUNKSIZE, available = (double)memory_available();
  if (available >= 0 && bytes > available) {
    note("  Skipped: takes %s of memory, and %s are available.", size_text(bytes).string,
         size_text(available).string);
    return;
  }
  if (bytes > 1e9) plan.laps = 1;
  if (quick) plan.processes = 1;
  plan.copies = scaled((double)plan.copies);
  for (int i = 0; i < WAYS; i++) {
    racers[i] = scenario->racers[i];
    racers[i].plan = &plan;
    racers[i].chunks = chunks;
    racers[i].x = x ? *x : (double)scaled(racers[i].x);
    if (!racers[i].method) racers[i].method = &methods[i];
  }
  race(racers, outcomes, WAYS, &plan);
  for (const struct row *row = scenario->rows; row->figure; row++) report_row(row, racers, outcomes, WAYS);
  for (const struct bar *bar = scenario->bars; bar->what; bar++) report_bar(bar, outcomes);
}

/* Quickly: the first half of a curve. */
static void run(const struct scenario *scenario) {
  int points = 0;
  report_scenario(scenario->name, scenario->title);
  if (!scenario->points) run_point(scenario, NULL);
  while (scenario->points && scenario->points[points] >= 0) points++;
  for (int i = 0; i < (quick ? (points + 1) / 2 : points); i++) {
    note("  %.10g %s", scenario->points[i], scenario->over);
    run_point(scenario, &scenario->points[i]);
  }
}

/* All that runs, as processors differ in what else they have to do. */
static void stay_on_processor(void) {
  cpu_set_t set;
  int processor = sched_getcpu();
  CPU_ZERO(&set);
  if (processor >= 0) CPU_SET((size_t)processor, &set);
  sched_setaffinity(0, sizeof set, &set); /* if that fails, they stay where they are or move */
}

int main(int argc, char **argv) {
  read_options(argc, argv);
  FILE *csv = csv_name ? open_csv() : NULL;
  box_startup();
  stay_on_processor();
  report_to(csv);
  for (int i = 0; i < SCENARIOS; i++) {
    if (wanted[i]) run(&scenarios[i]);
  }
  report_end(quick ? " (they are meant for the full sizes: run without --quick)" : "");
  if (csv && (fflush(csv) != 0 || ferror(csv))) refuse("--csv", "cannot write all of it");
  return 0;
}
