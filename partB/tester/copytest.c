/* copytest: does lazy copying give the same values as eager copying, and is it
 * faster? Copies chunks both ways, reads the copies, writes to some of them,
 * compares every byte, and prints what each way took.
 *
 *   copytest                          the lab's test: 500 chunks, 100 writes
 *   copytest --snapshot               the same with snapshots beside the copies
 *   copytest --chunks 500 --csv -     the figures of each run, for a program
 *   copytest --show [STEPS]           draws what the chunks share, step by step
 *
 * A run itself is in copytest_run.c, the table in copytest_table.c, the drawing in show.c. */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../measure/measure.h"
#include "../measure/text.h"
#include "copytest_csv.h"
#include "copytest_run.h"
#include "copytest_show.h"
#include "copytest_table.h"
#include "lazycopy.h"

enum { SAME = 0, DIFFERENT = 1, TROUBLE = 2 };

struct options {
  unsigned long long chunks, writes, runs, seed;
  const char *csv, *steps, *page;
  int methods;
  bool quiet, show;
};

static const char help[] =
    "Usage: copytest [OPTION]...\n"
    "Copies chunks of memory eagerly and lazily, writes to some originals and copies,\n"
    "compares every byte of both worlds, and tells what each way took.\n"
    "\n"
    "  --chunks N    chunks to copy, of 64 KiB each (default 500)\n"
    "  --writes N    bytes to write, at random places (default 100)\n"
    "  --runs N      repeat N times and print medians (default 5)\n"
    "  --seed N      where the pseudo-random contents and places begin (default 1)\n"
    "  --snapshot    take snapshots as well, in a world of their own: another column\n"
    "  --csv FILE    write the figures of every run to FILE; - is standard output,\n"
    "                and the table goes to standard error then\n"
    "  --quiet       print no table; the exit status tells\n"
    "  --show [STEPS]  draw what chunks share, step by step, and do nothing else; STEPS is\n"
    "                such as 'a = alloc; b = lazy a; write b; read a; free b'\n"
    "  --html FILE   with --show: write it to FILE as well, as a page for a browser\n"
    "  --help        print this text\n"
    "\n"
    "Exit status: 0 the values are the same, 1 they differ, 2 bad usage or not enough\n"
    "memory.\n";

static _Noreturn void give_up_csv(const char *name) {
  fprintf(stderr, "copytest: --csv: %s: %s\n", name, strerror(errno));
  exit(TROUBLE);
}

static _Noreturn void give_up(const char *message, const char *detail) {
  hide_progress();
  fprintf(stderr, "copytest: %s%s\n", message, detail);
  exit(TROUBLE);
}

/* Standard output, at the end of what is printed there. */
static void finish_output(void) {
  if (fflush(stdout) != 0 || ferror(stdout)) give_up("standard output: ", strerror(errno));
}

/* A file that is opened later would take the number of a closed standard stream. */
static void keep_standard_streams(void) {
  int file;
  do file = open("/dev/null", O_RDONLY);
  while (file >= 0 && file <= STDERR_FILENO);
  if (file >= 0) close(file);
}

static unsigned long long read_number(const char *option, unsigned long long lowest,
                                      unsigned long long highest) {
  unsigned long long value;
  if (parse_number(optarg, lowest, highest, &value)) return value;
  fprintf(stderr, "copytest: --%s: '%s' is not a number from %llu to %llu\n", option, optarg, lowest,
          highest);
  exit(TROUBLE);
}

static struct options read_options(int argc, char **argv) {
  static const struct option known[] = {{"chunks", required_argument, NULL, 'c'},
                                        {"writes", required_argument, NULL, 'w'},
                                        {"runs", required_argument, NULL, 'r'},
                                        {"seed", required_argument, NULL, 's'},
                                        {"snapshot", no_argument, NULL, 'n'},
                                        {"csv", required_argument, NULL, 'f'},
                                        {"quiet", no_argument, NULL, 'q'},
                                        {"show", no_argument, NULL, 'd'},
                                        {"html", required_argument, NULL, 'p'},
                                        {"help", no_argument, NULL, 'h'},
                                        {NULL, 0, NULL, 0}};
  struct options options = {.chunks = 500, .writes = 100, .runs = 5, .seed = 1, .methods = LAZY + 1};
  for (int option; (option = getopt_long(argc, argv, "", known, NULL)) != -1;) {
    switch (option) {
      case 'c':
        options.chunks = read_number("chunks", 1, SIZE_MAX / CHUNKSIZE / 8);
        break;
      case 'w':
        options.writes = read_number("writes", 0, SIZE_MAX / 64);
        break;
      case 'r':
        options.runs = read_number("runs", 1, 10000);
        break;
      case 's':
        options.seed = read_number("seed", 0, ULLONG_MAX);
        break;
      case 'n':
        options.methods = SNAPSHOT + 1;
        break;
      case 'f':
        options.csv = optarg;
        break;
      case 'q':
        options.quiet = true;
        break;
      case 'd':
        options.show = true;
        break;
      case 'p':
        options.page = optarg;
        break;
      case 'h':
        fputs(help, stdout);
        finish_output();
        exit(SAME);
      default:
        exit(TROUBLE);
    }
  }
  if (options.show && optind < argc) options.steps = argv[optind++];
  if (options.page && !options.show) give_up("--html goes with --show only", "");
  if (optind < argc) give_up("takes options only, not ", argv[optind]);
  return options;
}

/* The originals of each world, the eager copies, and the chunks that the other
 * methods split; an eighth more for page tables and what else runs. */
static void check_memory(const struct options *options) {
  unsigned long long splits = options->writes < options->chunks ? options->writes : options->chunks;
  double needed =
      1.125 * CHUNKSIZE *
      ((options->methods + 1.0) * (double)options->chunks + (options->methods - 1.0) * (double)splits);
  long long available = memory_available();
  if (available < 0 || needed <= (double)available) return;
  fprintf(stderr, "copytest: not enough memory: --chunks %llu takes %s, and %s are available\n",
          options->chunks, size_text(needed).string, size_text((double)available).string);
  exit(TROUBLE);
}

static void check_status(int status) {
  if (status == 0) return;
  hide_progress();
  if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) {
    give_up("not enough memory: ", "a run was killed");
  }
  if (WIFSIGNALED(status)) {
    fprintf(stderr, "copytest: a run ended by signal %d (%s)\n", WTERMSIG(status),
            strsignal(WTERMSIG(status)));
  } else {
    fprintf(stderr, "copytest: a run ended early with status %d\n", WEXITSTATUS(status));
  }
  exit(DIFFERENT);
}

static void do_runs(const struct options *options, struct outcome *outcomes) {
  for (size_t run = 0; run < options->runs; run++) {
    char label[64];
    snprintf(label, sizeof label, "run %zu of %llu", run + 1, options->runs);
    struct plan plan = {options->chunks,
                        options->writes,
                        options->methods,
                        options->seed + run,
                        (int)(run % (size_t)options->methods),
                        label};
    show_progress(label, 0, 1);
    check_status(run_apart(&plan, &outcomes[run]));
    if (outcomes[run].error) give_up("not enough memory: ", strerror(outcomes[run].error));
  }
  hide_progress();
}

/* Tells where the first difference is, if there is one. */
static bool print_difference(const struct options *options, const struct outcome *outcomes) {
  for (size_t run = 0; run < options->runs; run++) {
    const struct outcome *outcome = &outcomes[run];
    if (!outcome->differs) continue;
    fprintf(stderr, "copytest: run %zu: %s %zu differs at offset %zu: %d after eager copying, %d after %s\n",
            run + 1, outcome->in_copy ? "copy" : "original", outcome->chunk, outcome->offset,
            outcome->values[EAGER], outcome->values[outcome->method], method_names[outcome->method]);
    return true;
  }
  return false;
}

int main(int argc, char **argv) {
  keep_standard_streams();
  struct options options = read_options(argc, argv);
  if (options.show) {
    int shown = show_library(options.steps, options.page);
    finish_output();
    return shown;
  }
  check_memory(&options);
  if (options.csv && !csv_possible(options.csv)) give_up_csv(options.csv);
  struct outcome *outcomes = calloc(options.runs, sizeof *outcomes);
  if (!outcomes) give_up("not enough memory", "");
  do_runs(&options, outcomes);
  if (options.csv &&
      !csv_write(options.csv, options.chunks, options.writes, options.methods, options.runs, outcomes)) {
    give_up_csv(options.csv);
  }
  FILE *report = options.csv && strcmp(options.csv, "-") == 0 ? stderr : stdout;
  struct table table = {options.chunks, options.writes, options.methods, options.runs, outcomes};
  if (!options.quiet) table_print(report, &table);
  bool differs = print_difference(&options, outcomes);
  if (!options.quiet) fprintf(report, differs ? "FAILED: the values differ\n" : "OK: the values match\n");
  finish_output();
  free(outcomes);
  return differs ? DIFFERENT : SAME;
}
