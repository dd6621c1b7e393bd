/* Starts programs, to see what a library costs them. */
#include <errno.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"

void prepare_program(const struct racer *racer) {
  if (access(racer->program, X_OK) != 0) drop_out(racer->program);
  if (racer->preload && access(racer->preload, R_OK) != 0) drop_out(racer->preload);
  clearenv();
  setenv("PATH", "/usr/bin:/bin", 1);
  if (racer->preload) setenv("LD_PRELOAD", racer->preload, 1);
}

static double time_start(const char *program) {
  pid_t process;
  double start = now_us();
  errno = posix_spawn(&process, program, NULL, NULL, (char *[]){(char *)program, NULL}, environ);
  if (errno) drop_out(program);
  waitpid(process, NULL, 0);
  return now_us() - start;
}

/* The median of many starts: other work on the machine delays some of them. */
void lap_start(const struct racer *racer, double *figures) {
  enum { STARTS = 50 };
  double times[STARTS];
  char command[256];
  for (int i = 0; i < STARTS; i++) times[i] = time_start(racer->program);
  figures[START] = summarize(times, STARTS).median;
  snprintf(command, sizeof command, "%s count", racer->program);
  FILE *output = popen(command, "r");
  if (!output || fscanf(output, "%lf %lf", &figures[THREADS], &figures[MAPPINGS]) != 2) {
    drop_out("it did not count");
  }
  pclose(output);
}
