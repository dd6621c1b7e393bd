/* Scenarios about whole programs: what it costs to start one with a library, and
 * how long one that crashes takes to end. The programs lie in ../build/bench. */
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "report.h"
#include "scenarios.h"

enum { STARTS = 50 };

/* How a program is started. Names are relative to the top of the tree. */
struct launch {
  const char *program, *argument, *preload, *options;
};

/* The benchmark is partB/bench/bench; the top is three steps up. */
static const char *from_top(const char *name, char *path, size_t size) {
  ssize_t length = readlink("/proc/self/exe", path, size - 1);
  for (int up = 0; up < 3; up++) {
    while (length > 0 && path[--length] != '/') continue;
  }
  snprintf(path + (length > 0 ? length : 0), size - (size_t)(length > 0 ? length : 0), "/%s", name);
  return path;
}

/* False, and a line that says so, if a program or library has not been built. */
static bool have(const char *name) {
  char path[4096];
  if (access(from_top(name, path, sizeof path), R_OK) == 0) return true;
  note("Skipped: there is no %s; make bench builds it.", name);
  return false;
}

/* Starts the program with standard output in a pipe, and standard error nowhere. */
static pid_t start(const struct launch *launch, int *output) {
  char program[4096], library[4096], preload[4200] = "PATH=/usr/bin:/bin", options[128] = "LANG=C";
  if (launch->preload) {
    from_top(launch->preload, library, sizeof library);
    snprintf(preload, sizeof preload, "LD_PRELOAD=%s", library);
  }
  if (launch->options) snprintf(options, sizeof options, "LETSBEFRIENDS_OPTIONS=%s", launch->options);
  from_top(launch->program, program, sizeof program);
  char *arguments[] = {program, (char *)launch->argument, NULL};
  char *environment[] = {(char *)"PATH=/usr/bin:/bin", options, preload, NULL};
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) drop_out("no pipe");
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  pid_t process;
  errno = posix_spawn(&process, program, &actions, NULL, arguments, environment);
  if (errno) drop_out(launch->program);
  posix_spawn_file_actions_destroy(&actions);
  close(ends[1]);
  *output = ends[0];
  return process;
}

/* The median of many starts: other work on the machine delays some of them. */
static void start_and_end(const struct racer *racer, double *figures) {
  double times[STARTS];
  for (int i = 0; i < STARTS; i++) {
    int output, status;
    double begin = now_us();
    pid_t process = start(racer->argument, &output);
    waitpid(process, &status, 0);
    times[i] = now_us() - begin;
    close(output);
  }
  figures[0] = summarize(times, STARTS).median;
}

/* The program writes the time just before it crashes. */
static void crash_and_end(const struct racer *racer, double *figures) {
  struct rlimit no_core = {0, 0};
  setrlimit(RLIMIT_CORE, &no_core);
  int output, status;
  double crashed;
  pid_t process = start(racer->argument, &output);
  waitpid(process, &status, 0);
  double ended = now_us();
  if (read(output, &crashed, sizeof crashed) != sizeof crashed) drop_out("it did not crash");
  close(output);
  figures[0] = ended - crashed;
}

/* The program itself tells how many threads and mappings it has. */
static void count_in_program(const struct racer *racer, double *figures) {
  int output, status;
  pid_t process = start(racer->argument, &output);
  waitpid(process, &status, 0);
  if (read(output, figures, 2 * sizeof *figures) != 2 * sizeof *figures) drop_out("it did not count");
  close(output);
}

/* --- Scenarios --- */

static const char nothing[] = "partB/build/bench/nothing";
static const char friends[] = "partA/libletsbefriends.so";

void scenario_idle(void) {
  static const char linked[] = "partB/build/bench/nothing-linked";
  if (!have(nothing) || !have(linked)) return;
  struct launch plain = {nothing, NULL, NULL, NULL}, with = {linked, NULL, NULL, NULL};
  struct racer racers[] = {
      {.name = "a program that does nothing", .lap = start_and_end, .argument = &plain},
      {.name = "the same, linked with lazycopy", .lap = start_and_end, .argument = &with},
  };
  race(racers, 2, quick_or(3, 15), TOGETHER);
  report_figures(racers, 2, 0, TIME_US, 0);
  struct launch plain_count = {nothing, "count", NULL, NULL}, with_count = {linked, "count", NULL, NULL};
  struct racer counts[] = {
      {.name = "", .lap = count_in_program, .argument = &plain_count},
      {.name = "", .lap = count_in_program, .argument = &with_count},
  };
  race(counts, 2, 1, TOGETHER);
  bar_figure_at_most("lazycopy, when no chunk is made: time at start",
                     racers[1].figures[0].median - racers[0].figures[0].median, 50, TIME_US);
  bar_figure_at_most("... threads", counts[1].figures[0].median - counts[0].figures[0].median, 0, COUNT);
  bar_figure_at_most("... mappings", counts[1].figures[1].median - counts[0].figures[1].median, 0, COUNT);
}

void scenario_start_up(void) {
  static const char empty[] = "partB/build/bench/empty.so";
  if (!have(nothing) || !have(empty) || !have(friends)) return;
  struct launch launches[] = {
      {nothing, NULL, NULL, NULL}, {nothing, NULL, empty, NULL}, {nothing, NULL, friends, NULL}};
  struct racer racers[] = {
      {.name = "nothing preloaded"}, {.name = "an empty library"}, {.name = "libletsbefriends"}};
  for (int i = 0; i < 3; i++) {
    racers[i].lap = start_and_end;
    racers[i].argument = &launches[i];
  }
  race(racers, 3, quick_or(3, 25), TOGETHER);
  report_figures(racers, 3, 0, TIME_US, 0);
  bar_at_most("start with libletsbefriends / with an empty library", ratio(&racers[2], &racers[1], 0), 1.1);
}

void scenario_crash(void) {
  static const char crash[] = "partB/build/bench/crash";
  if (!have(crash) || !have(friends)) return;
  struct launch launches[] = {
      {crash, NULL, NULL, NULL}, {crash, NULL, friends, "symbolize=0"}, {crash, NULL, friends, NULL}};
  struct racer racers[] = {{.name = "without the library"},
                           {.name = "libletsbefriends, symbolize=0"},
                           {.name = "libletsbefriends"}};
  for (int i = 0; i < 3; i++) {
    racers[i].lap = crash_and_end;
    racers[i].argument = &launches[i];
  }
  race(racers, 3, quick_or(3, 15), TOGETHER);
  report_figures(racers, 3, 0, TIME_US, 0);
}
