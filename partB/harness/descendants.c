#include "descendants.h"

#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysinfo.h>
#include <unistd.h>

static void add(struct descendants *all, pid_t process) {
  if (all->count == all->room) {
    all->room = all->room ? 2 * all->room : 64;
    all->processes = realloc(all->processes, all->room * sizeof *all->processes);
    if (!all->processes) abort();
  }
  all->processes[all->count++] = process;
}

/* Each thread has children of its own. */
static void add_children(struct descendants *all, pid_t process, const char *thread) {
  char path[320];
  snprintf(path, sizeof path, "/proc/%d/task/%s/children", (int)process, thread);
  FILE *file = fopen(path, "re");
  for (int child; file && fscanf(file, "%d", &child) == 1;) add(all, child);
  if (file) fclose(file);
}

static void add_children_of_all_threads(struct descendants *all, pid_t process) {
  char path[32];
  snprintf(path, sizeof path, "/proc/%d/task", (int)process);
  DIR *threads = opendir(path);
  for (struct dirent *entry; threads && (entry = readdir(threads));) {
    if (entry->d_name[0] != '.') add_children(all, process, entry->d_name);
  }
  if (threads) closedir(threads);
}

/* No recursion: a chain of children may be as long as there are process ids, and each level would hold
 * a directory open. */
struct descendants descendants_now(int signal_number) {
  struct descendants all = {NULL, 0, 0};
  add_children_of_all_threads(&all, getpid());
  for (size_t i = 0; i < all.count; i++) {
    if (signal_number) kill(all.processes[i], signal_number);
    add_children_of_all_threads(&all, all.processes[i]);
  }
  return all;
}

void descendants_forget(struct descendants *all) {
  free(all->processes);
  *all = (struct descendants){NULL, 0, 0};
}

bool descendants_are_more_than(size_t most, bool surely) {
  static unsigned short then;
  struct sysinfo now;
  sysinfo(&now);
  if (!surely && (short)(now.procs - then) < (short)(most / 2)) return false;
  struct descendants all = descendants_now(0);
  size_t count = all.count;
  descendants_forget(&all);
  then = now.procs;
  return count > most;
}

bool process_look(pid_t process, struct process_state *state) {
  char path[64], line[512];
  snprintf(path, sizeof path, "/proc/%d/stat", (int)process);
  FILE *file = fopen(path, "re");
  if (!file) return false;
  bool read = fgets(line, sizeof line, file);
  fclose(file);
  char *behind_name = read ? strrchr(line, ')') : NULL;
  unsigned long long own_user, own_system;
  long long children_user, children_system;
  if (!behind_name ||
      sscanf(behind_name + 1, " %c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %llu %llu %lld %lld",
             &state->letter, &own_user, &own_system, &children_user, &children_system) != 5) {
    return false;
  }
  state->ticks = (double)(own_user + own_system) + (double)(children_user + children_system);
  return true;
}
