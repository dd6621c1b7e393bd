/* The benchmark: lazycopy against what one would use instead, and against the
 * bars it is held to. "make bench" runs it; bench --help tells the options. */
#include <errno.h>
#include <getopt.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "../harness/box.h"
#include "../measure/text.h"
#include "bench.h"

static bool quick;

static _Noreturn void refuse(const char *what, const char *why) {
  fprintf(stderr, "bench: %s: %s\n", what, why);
  exit(2);
}

static _Noreturn void print_help(void) {
  fputs(
      "Usage: bench [--quick] [--csv FILE] [SCENARIO]...\n"
      "Measures lazy copying against eager copies, the lab's plain answer, the kernel's\n"
      "copy-on-write and fork, and the cost of libletsbefriends. Prints medians and, in\n"
      "parentheses, the smallest and the largest figure. Run it from the top of the tree.\n"
      "\n"
      "  --quick     smaller sizes and fewer repetitions, under 20 seconds\n"
      "  --csv FILE  write the figures to FILE, too\n"
      "  --help      print this text\n"
      "\n"
      "Exit status: 0 if it ran, whatever the figures; 2 for bad usage. The scenarios:\n",
      stdout);
  for (const struct scenario *one = scenarios; one->name; one++) printf("  %-18s%s\n", one->name, one->title);
  exit(0);
}

static const struct scenario *find(const char *name) {
  const struct scenario *scenario = scenarios;
  while (scenario->name && strcmp(scenario->name, name) != 0) scenario++;
  if (!scenario->name) refuse(name, "no such scenario; --help lists them");
  return scenario;
}

static size_t scaled(double size) {
  return (size_t)(quick && size > 100 ? size / 20 : size);
}

/* All of a scenario, or one point of a curve. */
static void run_point(const struct scenario *scenario, const double *x) {
  static struct outcome outcomes[WAYS];
  struct racer racers[WAYS];
  struct plan plan = scenario->plan;
  plan.chunks = plan.chunks || !x ? scaled((double)plan.chunks) : (size_t)(*x / CHUNKSIZE);
  double bytes = plan.memory * (double)plan.chunks * CHUNKSIZE, available = (double)memory_available();
  if (available >= 0 && bytes > available) {
    printf("  Skipped: takes %s of memory, and %s are available.\n", size_text(bytes).string,
           size_text(available).string);
    return;
  }
  if (bytes > 1e9) plan.laps = 1;
  if (quick) plan.processes = 1;
  for (int i = 0; i < WAYS; i++) {
    racers[i] = scenario->racers[i];
    racers[i].plan = &plan;
    racers[i].x = x ? *x : (double)scaled(racers[i].x);
    if (!racers[i].method) racers[i].method = &methods[i];
  }
  race(racers, outcomes);
  report_scenario(scenario, racers, outcomes);
}

/* Quickly: the first half of a curve. */
static void run(const struct scenario *scenario) {
  const double *points = scenario->curve.points;
  int count = 0;
  printf("\n%s: %s\n", scenario->name, scenario->title);
  if (!points) run_point(scenario, NULL);
  while (points && points[count] >= 0) count++;
  for (int i = 0; i < (quick ? (count + 1) / 2 : count); i++) {
    printf("  %.10g %s\n", points[i], scenario->curve.over);
    run_point(scenario, &points[i]);
  }
}

/* All that runs, as processors differ in what else they have to do. */
static void stay_on_processor(void) {
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET((size_t)sched_getcpu(), &set);
  sched_setaffinity(0, sizeof set, &set); /* if that fails, they stay where they are or move */
}

int main(int argc, char **argv) {
  static const struct option known[] = {{"quick", no_argument, NULL, 'q'},
                                        {"csv", required_argument, NULL, 'c'},
                                        {"help", no_argument, NULL, 'h'},
                                        {NULL, 0, NULL, 0}};
  const char *csv_name = "/dev/null";
  for (int option; (option = getopt_long(argc, argv, "", known, NULL)) != -1;) {
    if (option == '?') exit(2);
    if (option == 'h') print_help();
    if (option == 'q') quick = true;
    if (option == 'c') csv_name = optarg;
  }
  for (int i = optind; i < argc; i++) find(argv[i]); /* before any of them takes its time */
  FILE *csv = fopen(csv_name, "w");
  if (!csv) refuse(csv_name, strerror(errno));
  box_startup();
  stay_on_processor();
  report_to(csv);
  for (int i = optind; i < argc; i++) run(find(argv[i]));
  for (const struct scenario *each = scenarios; optind == argc && each->name; each++) run(each);
  report_end(quick ? " (they are meant for the full sizes: run without --quick)" : "");
  if (fflush(csv) != 0 || ferror(csv)) refuse(csv_name, "cannot write all of it");
  return 0;
}
