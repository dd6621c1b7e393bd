#include "leftovers.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "descendants.h"

void adopt_orphans(void) {
  prctl(PR_SET_CHILD_SUBREAPER, 1);
}

static bool is_alive(pid_t process) {
  struct process_state state;
  return process_look(process, &state) && state.letter != 'Z' && state.letter != 'X';
}

static int compare_processes(const void *left, const void *right) {
  pid_t a = *(const pid_t *)left, b = *(const pid_t *)right;
  return (a > b) - (a < b);
}

/* Is there one in the list that is not in the older list, which is sorted? Sorts it. */
static bool has_new(struct descendants *now, const struct descendants *before) {
  bool found = false;
  for (size_t i = 0; i < now->count && !found; i++) {
    found = !before->count ||
            !bsearch(&now->processes[i], before->processes, before->count, sizeof(pid_t), compare_processes);
  }
  if (now->count) qsort(now->processes, now->count, sizeof(pid_t), compare_processes);
  return found;
}

/* Stops all, until no new one comes. Who was told to stop starts no other, unless one that was not yet
 * told continues it: therefore all are told each time. Rounds are limited, as two might continue each
 * other for long; whoever escapes so is met by the next call. */
static struct descendants stop_all(void) {
  enum { MOST_ROUNDS = 100 };
  struct descendants before = {NULL, 0, 0};
  for (int round = 0;; round++) {
    struct descendants now = descendants_now(SIGSTOP);
    bool more = has_new(&now, &before);
    descendants_forget(&before);
    if (!more || round == MOST_ROUNDS) return now;
    before = now;
  }
}

/* Returns how many of them were alive, without the program. A stopped process ends by this at once, and runs
 * no handler before. */
static int kill_all(const struct descendants *all, pid_t program) {
  int killed = 0;
  for (size_t i = 0; i < all->count; i++) {
    bool alive = is_alive(all->processes[i]);
    if (kill(all->processes[i], SIGKILL) == 0 && alive && all->processes[i] != program) killed++;
  }
  return killed;
}

/* Waits for those that are, or become, children of this process; the others' parents have ended, or will.
 * Who could not be killed is not waited for. */
static void wait_for_all(const struct descendants *all, pid_t program) {
  for (size_t i = 0; i < all->count; i++) {
    if (all->processes[i] == program) continue;
    bool killed = kill(all->processes[i], SIGKILL) == 0;
    while (waitpid(all->processes[i], NULL, killed ? 0 : WNOHANG) < 0 && errno == EINTR) continue;
  }
}

/* Until then its children may be on their way to this process, and found nowhere. */
static void wait_for_end(pid_t program) {
  siginfo_t info;
  while (waitid(P_PID, (id_t)program, &info, WEXITED | WNOWAIT) < 0 && errno == EINTR) continue;
}

static bool any_but(const struct descendants *all, pid_t program) {
  return all->count > 1 || (all->count == 1 && all->processes[0] != program);
}

int kill_descendants(pid_t program) {
  enum { MOST_TIMES = 100 };
  int killed = 0;
  bool more = true;
  for (int times = 0; more && times < MOST_TIMES; times++) {
    struct descendants all = stop_all();
    more = any_but(&all, program);
    int alive = kill_all(&all, program);
    if (times == 0) killed = alive; /* later ones are mostly the same, about to end */
    wait_for_end(program);
    wait_for_all(&all, program);
    descendants_forget(&all);
  }
  return killed;
}
