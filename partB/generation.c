/* Which relatives live?
 *
 * P forks A: that is generation 1. Whatever P had in use then, A may be using. P forks B:
 * generation 2. Now A ends. What only generation 1 has seen is P's alone again; what P had
 * in use when it forked B is not. How does P know? For each generation it makes a System V
 * segment and attaches it before the fork. The child is born attached, and so are the
 * child's children; the kernel detaches whoever ends or calls exec, and counts. When P is
 * the only one left, the generation is forgotten.
 *
 * B was born attached to A's segment as well, and detaches it: it is no relative of what A
 * alone has seen. It keeps the segments that all later generations belong to: those of
 * P's whole family, which P begins with its first child, and those that P was born with.
 * Its own generation, 2, becomes one of them: B's children are of it.
 *
 * No two counts are compared: a process that is just being forked, or ends, is attached to
 * only some of its segments. But nobody can attach to a segment of this process after it
 * was found alone with it, other than its own children.
 *
 * There are at most MOST generations. */
#include <sys/ipc.h>
#include <sys/shm.h>
#include <sys/types.h>
#include <unistd.h>

#include "internal.h"

enum { MOST = 64, SIZES = 1 << 16 };

/* A generation without a segment (id -1) is not forgotten: safe, only less thrifty. */
static struct generation {
  uint32_t number;
  int id;
  void *address;
  size_t size; /* no two of a process are alike: ids may be, in different namespaces */
  pid_t creator;
  bool lasts;        /* later generations belong to it, as well */
} generations[MOST]; /* oldest first */
static size_t count;

uint32_t generation_newest;

/* Attaches a segment; it vanishes when the last process has detached it. */
static struct generation attach_segment(void) {
  static size_t sizes;
  struct generation made = {.id = -1, .size = ++sizes % SIZES + 1, .creator = getpid()};
  int id = shmget(IPC_PRIVATE, made.size, IPC_CREAT | 0444);
  if (id < 0) return made;
  made.address = shmat(id, NULL, SHM_RDONLY);
  shmctl(id, IPC_RMID, NULL);
  if (made.address == (void *)-1) return made;
  if (space_contains(made.address)) { /* in a hole that a slot has, as a refused call left it */
    shmdt(made.address);
  } else {
    made.id = id;
  }
  return made;
}

static void begin(bool lasts) {
  if (count == MOST || generation_newest == FOREVER - 1) return;
  generations[count] = attach_segment();
  generations[count].lasts = lasts;
  generations[count++].number = ++generation_newest;
}

static void forget(size_t i) {
  if (generations[i].id >= 0) shmdt(generations[i].address);
  for (count--; i < count; i++) generations[i] = generations[i + 1];
}

/* Before a fork. When there are too many, forks share the newest one. */
void generation_begin(void) {
  bool has_family = false;
  for (size_t i = 0; i < count; i++) has_family |= generations[i].lasts && generations[i].creator == getpid();
  if (count == 0) generation_newest = 0;
  if (!has_family) begin(true);
  begin(false);
}

/* In a child, which was born in the newest one. */
void generation_leave_earlier(void) {
  if (count > 0) generations[count - 1].lasts = true;
  for (size_t i = count; i-- > 0;) {
    if (!generations[i].lasts) forget(i);
  }
}

/* Who was born to the parent from a generation to now? In a child: from which one on that
 * it knows. Not from its own, the newest one: those who are born later are not in it. */
uint32_t generation_that_stays(uint32_t from) {
  for (size_t i = count; i-- > 1;) {
    if (generations[i - 1].number <= from) return generations[i - 1].number;
  }
  return 1;
}

/* Is this process alone with its segment? Not if in doubt. */
static bool is_gone(const struct generation *generation) {
  struct shmid_ds status;
  return generation->id >= 0 && shmctl(generation->id, IPC_STAT, &status) == 0 &&
         status.shm_segsz == generation->size && status.shm_cpid == generation->creator &&
         status.shm_nattch == 1;
}

/* Forgets those of whom nobody lives; or, not to ask after all each time, only the
 * newest ones, down to one that lives. Returns whether there were any. */
bool generation_forget_gone(bool all) {
  size_t before = count;
  for (size_t i = count; i-- > 0;) {
    if (is_gone(&generations[i])) {
      forget(i);
    } else if (!all) {
      break;
    }
  }
  return count < before;
}

/* Does anybody live who was born from the one generation to the other? */
bool generation_lives(uint32_t from, uint32_t until) {
  for (size_t i = 0; i < count; i++) {
    if (generations[i].number >= from && generations[i].number <= until) return true;
  }
  return false;
}
