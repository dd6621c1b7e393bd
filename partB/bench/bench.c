/* The benchmark: lazycopy against what one would use instead, and against the
 * bars it is held to. "make bench" runs it; bench --help tells the options.
 *
 * What is compared is in method.c and bare.c, how in race.c, the scenarios in
 * one_chunk.c, blocks.c, many.c, overhead.c, curves.c and programs.c, and what is
 * printed in report.c. */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../harness/text.h"
#include "report.h"
#include "scenarios.h"

enum { BAD_USAGE = 2 };

static const struct scenario {
  const char *name, *title;
  void (*run)(void);
} scenarios[] = {
    {"one-chunk", "copying one written chunk after another", scenario_one_chunk},
    {"first-write", "first write to a copy, steady state: copy, write a byte, free", scenario_first_write},
    {"whole-chunk", "writing a whole copied chunk, steady state: copy, write, free", scenario_whole_chunk},
    {"fresh-frames", "first writes when no memory is ever freed", scenario_fresh_frames},
    {"snapshots", "20 times: free the copy, copy 8,000 chunks, write 2,000 times", scenario_snapshots},
    {"gigabyte", "copying a written block of 1 GiB", scenario_gigabyte},
    {"live-copies", "does the number of live copies matter?", scenario_live_copies},
    {"million", "64 copies of 1 GiB, then 45,000 first writes at random places", scenario_million},
    {"scattered", "100,000 one-chunk copies in random order", scenario_scattered},
    {"records", "the library's own memory, for each chunk of address space", scenario_records},
    {"alloc-free", "chunk_alloc and chunk_free, memory not touched", scenario_alloc_free},
    {"idle", "a program that links lazycopy and makes no chunk", scenario_idle},
    {"copy-size", "time of a copy against the size of the block; not the first copy", scenario_copy_size},
    {"break-even", "copying and then writing a part of the chunks", scenario_break_even},
    {"first-write-live", "first write against the number of live copies", scenario_first_write_live},
    {"memory", "memory of the original and its copies", scenario_memory},
    {"start-up", "partA: starting and ending a program", scenario_start_up},
    {"crash", "partA: from the crash to the end of the program", scenario_crash},
};
enum { SCENARIOS = sizeof scenarios / sizeof *scenarios };

static const char help[] =
    "Usage: bench [OPTION]...\n"
    "Measures lazy copying against eager copies, the lab's plain answer, the kernel's\n"
    "copy-on-write and fork, and the cost of libletsbefriends. Prints medians and, in\n"
    "parentheses, the smallest and the largest figure.\n"
    "\n"
    "  --scenario NAME[,NAME...]  run these only; may be given several times\n"
    "  --quick                    smaller sizes and fewer repetitions, under 20 seconds\n"
    "  --csv FILE                 write the figures to FILE; - is standard output, and\n"
    "                             the tables go to standard error then\n"
    "  --list                     list the scenarios\n"
    "  --help                     print this text\n"
    "\n"
    "Exit status: 0 if it ran, whatever the figures; 2 for bad usage.\n";

static bool wanted[SCENARIOS];

static void want(char *names) {
  for (char *name = strtok(names, ","); name; name = strtok(NULL, ",")) {
    size_t i = 0;
    while (i < SCENARIOS && strcmp(scenarios[i].name, name) != 0) i++;
    if (i == SCENARIOS) {
      fprintf(stderr, "bench: --scenario: there is no '%s'; --list lists them\n", name);
      exit(BAD_USAGE);
    }
    wanted[i] = true;
  }
}

static FILE *open_csv(const char *name) {
  FILE *file = strcmp(name, "-") == 0 ? stdout : fopen(name, "w");
  if (!file) {
    fprintf(stderr, "bench: --csv: %s: %s\n", name, strerror(errno));
    exit(BAD_USAGE);
  }
  return file;
}

static void list(void) {
  for (int i = 0; i < SCENARIOS; i++) printf("%-18s%s\n", scenarios[i].name, scenarios[i].title);
}

/* Returns the file for CSV, or NULL. */
static FILE *read_options(int argc, char **argv) {
  static const struct option known[] = {
      {"scenario", required_argument, NULL, 's'}, {"quick", no_argument, NULL, 'q'},
      {"csv", required_argument, NULL, 'f'},      {"list", no_argument, NULL, 'l'},
      {"help", no_argument, NULL, 'h'},           {NULL, 0, NULL, 0}};
  FILE *csv = NULL;
  bool all = true;
  for (int option; (option = getopt_long(argc, argv, "", known, NULL)) != -1;) {
    switch (option) {
      case 's':
        want(optarg);
        all = false;
        break;
      case 'q':
        quick = true;
        break;
      case 'f':
        csv = open_csv(optarg);
        break;
      case 'l':
        list();
        exit(0);
      case 'h':
        fputs(help, stdout);
        exit(0);
      default:
        exit(BAD_USAGE);
    }
  }
  if (optind < argc) {
    fprintf(stderr, "bench: takes options only, not '%s'\n", argv[optind]);
    exit(BAD_USAGE);
  }
  for (int i = 0; all && i < SCENARIOS; i++) wanted[i] = true;
  return csv;
}

int main(int argc, char **argv) {
  FILE *csv = read_options(argc, argv);
  signal(SIGPIPE, SIG_IGN); /* a racer that has ended is noticed otherwise */
  report_to(csv);
  for (int i = 0; i < SCENARIOS; i++) {
    if (!wanted[i]) continue;
    begin_scenario(scenarios[i].name, scenarios[i].title);
    show_progress(scenarios[i].name, 0, 1);
    scenarios[i].run();
  }
  print_bars(quick ? " (they are meant for the full sizes: run without --quick)" : "");
  if (csv && (fflush(csv) != 0 || ferror(csv))) {
    fprintf(stderr, "bench: cannot write all of the CSV\n");
    return BAD_USAGE;
  }
  return 0;
}
