/* Other processes. Shared mappings stay shared in a fork; users expect memory of
 * their own. So before a fork every slot is made read-only, and every frame is
 * marked as seen by the generation to come: it is not written, here or in the child,
 * while anybody of it lives.
 *
 * While forks are under way no lock is held. Other threads, and other fork handlers
 * of this one, may go on, but rings and frames are left alone: what needs memory
 * gets private memory, which the kernel itself copies in the fork, and what is freed
 * is freed afterwards. So a child finds its records in order, whenever it was made,
 * but for counters; at most one slot is recorded as PRIVATE that is not mapped so
 * yet: a write to it faults, and makes it so. */
#include <pthread.h>

#include "internal.h"

static __thread unsigned begun; /* forks, by this thread: a handler may fork, too */
static bool caught_up;          /* this child has done what a new child has to do */

/* What could not be protected before the fork becomes private now, in both processes, so
 * that neither writes what the other still copies. In a child the mapping of what is
 * PRIVATE may not be there yet. */
static void let_go_of_frames(bool in_child) {
  for (struct slot slot = {1}; slot.index < registry.end; slot.index++) {
    if ((maps_of(slot) & (WRITABLE | PRIVATE)) == WRITABLE) mapping_make_private(slot);
    uint32_t maps = maps_of(slot);
    if (!is_live(maps) || !(maps & PRIVATE) || frame_of(slot).index == 0) continue;
    bool is_done = (!in_child && !(maps & LOST)) || mapping_is_writable(view_of(slot));
    if (is_done || mapping_make_private(slot) == 0) frames_let_go(slot);
  }
}

/* In a new child: nothing that was free is, and counters may be half done. */
static void become_child(void) {
  caught_up = true;
  generation_leave_earlier();
  frames_leave_to_parent();
  registry.stats.live_chunks = registry.unfinished = 0;
  registry.stats.kernel_mappings = registry.fixed_mappings;
  for (struct slot slot = {1}; slot.index < registry.end; slot.index++) {
    uint32_t maps = maps_of(slot);
    registry.stats.live_chunks += is_live(maps);
    registry.unfinished += (maps & (LOST | FREED)) != 0;
    if (maps != FREE) registry.states[slot.index] |= TAKEN;
  }
  if (registry.end > 0)
    registry.stats.kernel_mappings += mapping_boundaries((struct slot){1}, registry.end - 1);
}

/* Takes the lock. All who want it come this way: other fork handlers of a new child
 * may run before ours. */
void fork_enter(void) {
  if (lock_take()) become_child();
}

/* Protects runs of writable slots; one for which that is refused becomes private. */
static void protect_all(void) {
  for (struct slot slot = {1}; slot.index < registry.end; slot.index++) {
    size_t count = 0;
    while ((maps_of(slot_plus(slot, count)) & (WRITABLE | PRIVATE)) == WRITABLE) count++;
    if (count == 0) continue;
    if (mapping_protect(slot, count, false) != 0) {
      for (size_t i = 0; i < count; i++) mapping_make_private(slot_plus(slot, i));
    }
    slot.index += (uint32_t)count;
  }
}

static void before_fork(void) {
  fork_enter();
  begun++;
  caught_up = false;
  if (registry.forks == 0 && registry.end > 0) {
    frames_retry();
    frames_recover(true);
    generation_begin();
    protect_all();
    frames_mark_seen();
  }
  registry.forks++;
  lock_give(0);
}

/* A child has none of the other threads, and none of their forks. */
static void end_fork(bool in_child) {
  fork_enter();
  begun--;
  registry.forks = in_child ? begun : registry.forks - 1;
  if (registry.forks == 0) let_go_of_frames(in_child);
  lock_give(0);
}

static void after_fork_in_parent(void) {
  end_fork(false);
}

static void after_fork_in_child(void) {
  if (!caught_up) lock_begin_anew();
  end_fork(true);
}

/* Registered as early as can be: handlers that run before a fork run in reverse
 * order, so that others may still write to what is writable. */
__attribute__((constructor(101))) static void register_handlers(void) {
  pthread_atfork(before_fork, after_fork_in_parent, after_fork_in_child);
}
