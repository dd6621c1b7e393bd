/* Keeps the accounts of make check:
 *
 *   account slowness        says how slow this machine is, for MACHINE_SLOWNESS
 *   account FILE COMMAND... runs the command and adds a line to FILE: seconds of processor
 *                           time and MiB touched for the first time, by all of it
 *
 * Exits as the command does. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "effort.h"

static int run(char **command) {
  int status = 0;
  pid_t child = fork();
  if (child == 0) {
    execvp(command[0], command);
    _exit(127);
  }
  if (child < 0 || waitpid(child, &status, 0) != child) return 127;
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

static double seconds(struct timeval time) {
  return (double)time.tv_sec + (double)time.tv_usec / 1e6;
}

int main(int count, char **arguments) {
  if (count == 2 && strcmp(arguments[1], "slowness") == 0) {
    struct slowness slowness = effort_measured_slowness();
    printf("%.1f %.1f\n", slowness.work, slowness.wall);
    return 0;
  }
  FILE *file = count > 2 ? fopen(arguments[1], "a") : NULL;
  if (!file) {
    fprintf(stderr, "usage: account slowness | account FILE COMMAND...\n");
    return 2;
  }
  int status = run(arguments + 2);
  struct rusage usage;
  getrusage(RUSAGE_CHILDREN, &usage);
  double page_mib = (double)sysconf(_SC_PAGESIZE) / (1 << 20);
  fprintf(file, "%.2f %.1f\n", seconds(usage.ru_utime) + seconds(usage.ru_stime),
          (double)usage.ru_minflt * page_mib);
  return fclose(file) == 0 ? status : 2;
}
