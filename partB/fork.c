/* Other processes. The mappings are shared, so after a fork parent and child see
 * the same frames; users expect memory of their own. Before a fork every slot is
 * made read-only and every frame in use is marked foreign: visible to a relative.
 * A foreign frame is never written, promoted or reused, so the first write in
 * either process copies.
 *
 * A frame is foreign until no relative is left that could see it. The kernel
 * counts them: each fork generation has a System V segment, attached by this
 * process and by all it forked since. One attachment means alone again. The
 * generations form a stack, because whoever is attached to an older segment may
 * live long while the newest comes and goes: a server with one worker for good
 * and many short-lived children. A frame's mark is the generation that first
 * could see it, so it is ours again when all from that one on are alone. */
#include <pthread.h>
#include <sys/ipc.h>
#include <sys/shm.h>
#include <unistd.h>

#include "internal.h"

enum { GENERATIONS = 16 };

/* From 1; guarded by the registry's lock. A generation without a segment (id -1)
 * is never alone: safe, only less thrifty. */
static struct generation {
  int id;
  void *address;
  time_t created;
  pid_t creator;
} generations[GENERATIONS + 1];
static uint8_t newest;

/* What the forking thread held when it took the lock; guarded by the lock, so each
 * side of the fork takes it away before it unlocks. */
static struct held held_at_fork;
static pid_t forking_process;

/* ---- Generations ---- */

static void generation_push(void) {
  struct generation *generation = &generations[++newest];
  struct shmid_ds status;
  *generation = (struct generation){.id = -1};
  int id = shmget(IPC_PRIVATE, 1, IPC_CREAT | 0600);
  if (id < 0) return;
  void *address = shmat(id, NULL, SHM_RDONLY);
  shmctl(id, IPC_RMID, NULL); /* gone when the last process has detached */
  if (address == (void *)-1) return;
  if (shmctl(id, IPC_STAT, &status) != 0) {
    shmdt(address);
    return;
  }
  *generation = (struct generation){id, address, status.shm_ctime, status.shm_cpid};
}

/* Is no relative attached any more? Any doubt means that there is one: ids are
 * used again, and other namespaces have other segments. Async-signal-safe. */
static bool generation_is_alone(const struct generation *generation) {
  struct shmid_ds status;
  if (generation->id < 0 || shmctl(generation->id, IPC_STAT, &status) != 0) return false;
  return status.shm_nattch == 1 && status.shm_segsz == 1 && status.shm_cpid == generation->creator &&
         status.shm_ctime == generation->created;
}

/* ---- Getting frames back ---- */

/* Was the frame foreign, or not ours to judge, because of relatives now gone, and
 * is it in use nowhere? Async-signal-safe. */
static bool is_recovered(const struct arena *arena, uint32_t index, bool reopened) {
  uint8_t generation = arena->generation[index];
  if (arena->state[index] == USED) return false;
  return generation > newest || (generation == 0 && reopened);
}

/* Takes the arena's frames back that only generations younger than the newest
 * could see. An arena inherited from such a generation is ours from now on;
 * nobody knows what its free frames hold. Async-signal-safe. */
static void arena_recover(struct arena *arena) {
  bool reopened = arena->inherited > newest;
  if (reopened) arena->inherited = 0;
  for (uint32_t i = 0; i < arena->count; i++) {
    uint32_t begin = i;
    while (i < arena->count && is_recovered(arena, i, reopened)) arena->generation[i++] = 0;
    if (i > begin) frames_discard((struct place){arena, begin}, i - begin);
    if (i < arena->count && arena->generation[i] > newest) arena->generation[i] = 0;
  }
  if (reopened) arena_release_if_empty(arena, true);
}

/* Forgets the generations that are alone again. Async-signal-safe. */
void fork_refresh(void) {
  uint8_t before = newest;
  while (newest > 0 && generation_is_alone(&generations[newest])) shmdt(generations[newest--].address);
  if (newest == before) return;
  for (struct arena *arena = registry.arenas, *next; arena; arena = next) {
    next = arena->next;
    if (!arena->is_private) arena_recover(arena);
  }
}

/* ---- Around a fork ---- */

/* Makes the arena's live slots read-only, run by run: free slots stay as they
 * are. A slot for which that is refused stays writable: see fork_catch_up. */
static void protect_all(struct arena *arena) {
  for (uint32_t i = 0; i < arena->slots_touched; i++) {
    uint32_t begin = i;
    while (i < arena->slots_touched && is_live(arena->mapping[i]) && (arena->mapping[i] & WRITABLE)) i++;
    if (i > begin) slots_protect((struct place){arena, begin}, i - begin, false);
  }
}

static void mark_foreign(struct arena *arena) {
  for (uint32_t i = 0; i < arena->count; i++) {
    if (arena->state[i] == USED && arena->generation[i] == 0) arena->generation[i] = newest;
  }
}

static void before_fork(void) {
  struct held held;
  lock_for_fork(&held);
  held_at_fork = held;
  forking_process = getpid();
  if (!registry.arenas) return;
  fork_refresh();
  if (newest < GENERATIONS && (newest == 0 || generations[newest].id >= 0)) generation_push();
  for (struct arena *arena = registry.arenas; arena; arena = arena->next) {
    if (arena->is_private) continue;
    protect_all(arena);
    mark_foreign(arena);
  }
}

static void after_fork_in_parent(void) {
  struct held held = held_at_fork;
  unlock_after_fork(&held);
}

/* Copies what was writable at the fork: another library's fork handler wrote to
 * it after it had been protected, or the kernel refused to protect it. */
static void split_writable(struct arena *arena) {
  for (uint32_t i = 0; i < arena->slots_touched; i++) {
    struct place slot = {arena, i};
    if (!is_live(arena->mapping[i]) || !(arena->mapping[i] & WRITABLE)) continue;
    slots_record(slot, 1, arena->mapping[i] & ~WRITABLE);
    if (split(slot) != 0) fault_die_without_memory(view_of(slot));
  }
}

static void forget_warm_frames(void) {
  while (registry.warm) {
    struct place frame = arena_place(registry.warm);
    registry.warm = frame.arena->next_warm[frame.index];
    frame.arena->next_warm[frame.index] = frame.arena->previous_warm[frame.index] = 0;
    frame.arena->state[frame.index] = LIMBO;
    frame.arena->generation[frame.index] = newest;
    arena_refresh_busy(frame.arena, frame.index);
  }
  registry.warm_count = 0;
}

/* In a child that has not done so: all frames are the parent's, who may use those
 * that are free now at any time. */
void fork_catch_up(void) {
  if (forking_process == getpid()) return;
  forking_process = getpid();
  forget_warm_frames();
  for (struct arena *arena = registry.arenas; arena; arena = arena->next) {
    if (arena->is_private) continue;
    if (arena->inherited == 0) arena->inherited = newest;
    mark_foreign(arena);
  }
  for (struct arena *arena = registry.arenas; arena; arena = arena->next) {
    if (arena->inherited) split_writable(arena);
  }
}

static void after_fork_in_child(void) {
  struct held held = held_at_fork;
  fork_catch_up();
  unlock_after_fork(&held);
}

/* Registered as early as can be: handlers that run before a fork run in reverse
 * order, and others' may still write to chunks, which undoes what ours has done. */
__attribute__((constructor(101))) static void register_handlers(void) {
  pthread_atfork(before_fork, after_fork_in_parent, after_fork_in_child);
}
