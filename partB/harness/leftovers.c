#include "leftovers.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

void adopt_orphans(void) {
  prctl(PR_SET_CHILD_SUBREAPER, 1);
}

/* Kills one process that is our child, if it is alive; true if it was. */
static bool kill_child(pid_t pid) {
  siginfo_t info = {.si_pid = 0};
  if (waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG) != 0 || info.si_pid == pid) return false;
  kill(pid, SIGKILL);
  while (waitpid(pid, NULL, 0) < 0 && errno == EINTR) continue;
  return true;
}

int kill_other_children(pid_t program) {
  char path[64];
  snprintf(path, sizeof path, "/proc/self/task/%d/children", (int)getpid());
  int killed = 0, found = 1;
  for (int round = 0; found && round < 1000; round++) {
    FILE *file = fopen(path, "re");
    int pid;
    found = 0;
    while (file && fscanf(file, "%d", &pid) == 1) {
      if (pid == program) continue;
      found++;
      killed += kill_child(pid);
    }
    if (file) fclose(file);
  }
  return killed;
}
