/* Other processes. The mappings are shared, so after a fork parent and child see
 * the same frames; users expect memory of their own. Before a fork every slot is
 * made read-only and every frame in use is marked foreign: visible to a relative.
 * A foreign frame is never written, promoted or reused, so the first write in
 * either process copies.
 *
 * A frame is foreign until no relative is left that could see it: its marks are
 * the first generation that could, and, once no slot here maps it, the last. */
#include <pthread.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "generation.h"
#include "internal.h"

/* What the forking thread held when it took the lock; guarded by the lock, so each
 * side of the fork takes it away before it unlocks. */
static struct held held_at_fork;
static pid_t forking_process;
static bool under_way; /* nobody is attached to the new generation yet */
static bool caught_up; /* this child has done what a child has to do */

/* Slots written after they had been made read-only for a fork that is yet to come,
 * by another library's handler: set aside in private memory, which the kernel
 * itself copies on write after the fork. */
enum { ASIDE = 16 };
static struct place aside[ASIDE];
static size_t aside_count;
static bool prepared;

/* ---- Getting frames back ---- */

/* Renews the frame's marks. Returns whether it is free now, with unknown contents.
 * Async-signal-safe. */
static bool renumber_frame(struct arena *arena, uint32_t index, const struct renumbering *numbers,
                           bool reopened) {
  uint8_t *from = &arena->seen_from[index], *until = &arena->seen_until[index];
  *from = numbers->from[*from];
  if (arena->state[index] == USED) return false;
  if (arena->state[index] != LIMBO) return reopened;
  *until = numbers->until[*until];
  if (*from != 0 && *until >= *from) return false;
  *from = 0;
  return true;
}

/* Takes back the arena's frames that nobody else sees now. An arena inherited
 * from relatives now gone is ours from now on. Async-signal-safe. */
static void renumber_arena(struct arena *arena, const struct renumbering *numbers) {
  bool reopened = arena->inherited && numbers->from[arena->inherited] == 0;
  arena->inherited = numbers->from[arena->inherited];
  uint32_t run = 0; /* of frames to discard in one call */
  for (uint32_t i = 0; i <= arena->count; i++) {
    if (i < arena->count && renumber_frame(arena, i, numbers, reopened)) {
      run++;
      continue;
    }
    if (run > 0) frames_discard((struct place){arena, i - run}, run);
    run = 0;
  }
  if (reopened) arena_release_if_empty(arena, true);
}

/* Takes back what relatives now gone could see. Async-signal-safe. */
void fork_recover(void) {
  struct renumbering numbers;
  if (under_way || generation_newest() == 0 || !generation_merge(&numbers)) return;
  for (struct arena *arena = registry.arenas, *next; arena; arena = next) {
    next = arena->next;
    if (!arena->is_private) renumber_arena(arena, &numbers);
  }
}

/* The same if it is likely to bring something: asks once. Async-signal-safe. */
void fork_refresh(void) {
  if (generation_newest_is_alone()) fork_recover();
}

/* No slot here maps the foreign frame any more. Async-signal-safe. */
void fork_leave_frame(struct place frame) {
  frame.arena->seen_until[frame.index] = frame.arena->inherited ? FOREVER : generation_newest();
}

/* ---- Around a fork ---- */

/* Makes writable slots read-only, if need be one kernel mapping at a time, which
 * costs the kernel nothing. */
static void protect_run(struct place slot, size_t count) {
  if (slots_protect(slot, count, false) == 0) return;
  reserve_release();
  for (size_t i = 0, length; i < count; i += length) {
    for (length = 1; i + length < count && slots_boundaries(place_plus(slot, i + length), 0) == 0;) length++;
    slots_protect(place_plus(slot, i), length, false);
  }
  reserve_take();
}

/* Makes the arena's live slots read-only, run by run: free slots stay as they
 * are. A slot for which that is refused stays writable: see split_writable. */
static void protect_all(struct arena *arena) {
  for (uint32_t i = 0; i < arena->slots_touched; i++) {
    uint32_t begin = i;
    while (i < arena->slots_touched && is_live(arena->mapping[i]) && (arena->mapping[i] & WRITABLE)) i++;
    if (i > begin) protect_run((struct place){arena, begin}, i - begin);
  }
}

static void mark_foreign(struct arena *arena) {
  for (uint32_t i = 0; i < arena->count; i++) {
    if (arena->state[i] == USED && arena->seen_from[i] == 0) arena->seen_from[i] = generation_newest();
  }
}

/* Makes everything read-only and foreign, as the child is to see it. Done again each
 * time when another library's handler has used this one before the fork. */
void fork_prepare(void) {
  slots_finish_free();
  if (caught_up || !registry.arenas) return;
  if (!under_way) {
    fork_recover();
    under_way = true;
    generation_begin();
  }
  for (struct arena *arena = registry.arenas; arena; arena = arena->next) {
    if (arena->is_private) continue;
    protect_all(arena);
    mark_foreign(arena);
  }
  prepared = true;
}

static void before_fork(void) {
  struct held held;
  lock_for_fork(&held);
  held_at_fork = held;
  forking_process = getpid();
  caught_up = false;
  fork_prepare();
}

/* A first write to the slot between the preparation and the fork. Its record stays
 * as it was until fork_take_back. Returns false if there is no such fork, or no
 * memory. Async-signal-safe. */
bool fork_set_aside(struct place slot) {
  if (!prepared || slot.arena->is_private) return false;
  if (aside_count == ASIDE) {
    fork_take_back();
    fork_prepare();
  }
  char *copy = mmap(NULL, CHUNKSIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (copy == MAP_FAILED) return false;
  memcpy(copy, window_of(frame_of(slot)), CHUNKSIZE);
  int flags = MREMAP_MAYMOVE | MREMAP_FIXED;
  if (mremap(copy, CHUNKSIZE, CHUNKSIZE, flags, view_of(slot)) == MAP_FAILED) {
    munmap(copy, CHUNKSIZE);
    slots_repair(slot, 1);
    return false;
  }
  aside[aside_count++] = slot;
  return true;
}

/* After the fork: gives what was set aside a frame again. Async-signal-safe. */
void fork_take_back(void) {
  prepared = false;
  while (aside_count > 0) {
    struct place slot = aside[--aside_count];
    if (split_from_view(slot) != 0) fault_die_without_memory(view_of(slot));
  }
}

static void after_fork_in_parent(void) {
  struct held held = held_at_fork;
  fork_take_back();
  under_way = false;
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
    frame.arena->seen_from[frame.index] = generation_newest();
    arena_refresh_busy(frame.arena, frame.index);
  }
  registry.warm_count = 0;
}

/* The frames that the parent does not use may come to be used by it at any time. */
static void leave_to_parent(struct arena *arena) {
  if (arena->inherited == 0) arena->inherited = generation_newest();
  for (uint32_t i = 0; i < arena->count; i++) {
    if (arena->state[i] == LIMBO) arena->seen_until[i] = FOREVER;
  }
  mark_foreign(arena);
}

/* In the child all frames are the parent's. */
static void become_child(void) {
  caught_up = true;
  forking_process = getpid();
  forget_warm_frames();
  for (struct arena *arena = registry.arenas; arena; arena = arena->next) {
    if (!arena->is_private) leave_to_parent(arena);
  }
  fork_take_back();
  for (struct arena *arena = registry.arenas; arena; arena = arena->next) {
    if (arena->inherited) split_writable(arena);
  }
}

/* Another library's fork handler uses chunks: in the child perhaps, before ours has
 * run. Async-signal-safe. */
void fork_catch_up(void) {
  if (forking_process != getpid()) become_child();
}

static void after_fork_in_child(void) {
  struct held held = held_at_fork;
  if (!caught_up) become_child(); /* not by the process id: both may be 1, in namespaces of their own */
  under_way = false;
  unlock_after_fork(&held);
}

/* Registered as early as can be: handlers that run before a fork run in reverse
 * order, and others' may still write to chunks, which undoes what ours has done. */
__attribute__((constructor(101))) static void register_handlers(void) {
  pthread_atfork(before_fork, after_fork_in_parent, after_fork_in_child);
}
