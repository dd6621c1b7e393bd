/* Other processes. Shared mappings stay shared in a fork; users expect memory of
 * their own. So before a fork every slot is made read-only, and every frame is
 * marked as seen by the generation to come: it is not written, here or in the child,
 * while anybody of it lives.
 *
 * While forks are under way no lock is held. Other threads, and other fork handlers
 * of this one, may go on, but rings and frames are left alone: what needs memory
 * gets private memory, which the kernel itself copies in the fork, and what is freed
 * is freed afterwards. So a child finds its records in order, whenever it was made,
 * except counters; at most one slot is recorded as LEAVING that is not mapped so
 * yet: a write to it faults, and makes it so. */
#include <pthread.h>

#include "internal.h"

static __thread unsigned own_forks; /* under way, by this thread: a handler may fork as well */
static bool has_become_child;       /* since the last fork */

/* A slot that may not go on writing to its frame is protected, or else becomes private. */
static void part_from_frame(struct slot slot) {
  if (is_writable(maps_of(slot)) && !mapping_protect(slot, 1)) mapping_make_private(slot);
}

/* What could not be parted from its frame before the fork is so now, in both processes, so
 * that neither writes what the other still copies; and what is LEAVING leaves. In a child
 * the mapping of what is LEAVING may not be there yet. */
static void end_leaving(bool in_child) {
  for (struct slot slot = {1}; slot.index < registry.end; slot.index++) {
    part_from_frame(slot);
    if (slot_state(slot) != LEAVING) continue;
    bool is_done = !in_child || !is_live(maps_of(slot)) || probe_is_writable(view_of(slot));
    if (is_done || mapping_make_private(slot)) slot_leave_frame(slot);
  }
}

/* In a new child: nothing that was free is, and counters may be half done. */
static void become_child(void) {
  has_become_child = true;
  generation_leave_earlier();
  frame_leave_to_parent();
  record_recount();
}

/* Everybody takes the lock this way: other fork handlers of a new child may run before
 * ours. */
void fork_take_lock(void) {
  if (lock_take()) become_child();
}

static void before_fork(void) {
  fork_take_lock();
  own_forks++;
  has_become_child = false;
  if (registry.forks == 0 && registry.end > 0) {
    slot_finish();
    frame_recover(true);
    generation_begin();
    mapping_protect((struct slot){1}, registry.end - 1); /* at once; or, what is refused, one by one */
    for (struct slot slot = {1}; slot.index < registry.end; slot.index++) part_from_frame(slot);
    frame_mark_seen();
  }
  registry.forks++;
  lock_give(0);
}

/* A child has none of the other threads, and none of their forks. */
static void end_fork(bool in_child) {
  fork_take_lock();
  own_forks--;
  registry.forks = in_child ? own_forks : registry.forks - 1;
  if (registry.forks == 0) end_leaving(in_child);
  lock_give(0);
}

static void after_fork_in_parent(void) {
  end_fork(false);
}

static void after_fork_in_child(void) {
  if (!has_become_child) lock_begin_anew();
  end_fork(true);
}

/* Registered as early as can be: handlers that run before a fork run in reverse
 * order, so that others may still write to what is writable. */
__attribute__((constructor(101))) static void register_handlers(void) {
  pthread_atfork(before_fork, after_fork_in_parent, after_fork_in_child);
}
