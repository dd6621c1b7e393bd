/* Slots as chunks: opening and freeing them, and doing again what the kernel refused:
 * internal.h says which slots are unfinished. */
#include <string.h>

#include "internal.h"

enum {
  BATCH = 1024, /* slots that are unmapped at once */
  AROUND = 16,  /* slots that wake together, as their addresses are aligned */
};

/* Opens free slots; or none if the kernel refuses. */
struct slot slot_open(size_t count) {
  struct slot slot = frame_find_room(count), none = {0};
  if (!slot.index) return none;
  bool private = registry.forks > 0 || !space_sharing_works();
  return mapping_open(slot, count, private) ? slot : none;
}

/* Has a new slot read as zeros, as what was warm does not. Returns whether that took time. A fork may have
 * made it private since it was opened. */
bool slot_clear(struct slot slot) {
  bool is_cold = frame_of(slot).index && frame_state(frame_of(slot)) == USED_COLD;
  bool has_copy = is_private(maps_of(slot)) || slot_state(slot) == LEAVING;
  if (!is_cold) memset(has_copy ? view_of(slot) : window_of(frame_of(slot)), 0, CHUNKSIZE);
  return !is_cold;
}

/* ---- Freeing ---- */

static bool can_close_with(struct slot slot, struct slot other) {
  return maps_of(other) & ZOMBIE && slot_state(slot) != UNMAPPED && slot_state(other) != UNMAPPED;
}

/* Unmaps the ZOMBIE slot and those beside it, not many more than a batch. Returns false if the
 * kernel does not let it, if it would take the last mappings, or while a fork is under way. */
static bool unmap_around(struct slot slot) {
  struct slot before = {slot.index - 1}, end = slot_plus(slot, 1);
  while (slot.index - before.index < BATCH && can_close_with(slot, before)) before.index--;
  while (end.index - slot.index < BATCH && can_close_with(slot, end)) end.index++;
  struct slot first = slot_plus(before, 1);
  size_t count = end.index - first.index;
  /* Beside what is FREE nothing is cut. */
  bool cuts = maps_of(before) != FREE && maps_of(end) != FREE;
  if (registry.forks > 0 || (cuts && mapping_is_dear(first, count))) return false;
  return mapping_close(first, count);
}

/* The user frees live slots: they are unmapped afterwards. */
void slot_free(struct slot slot, size_t count) {
  for (size_t i = 0; i < count; i++) record_of(slot)[i].pins = 0;
  record_set(slot, count, 0, ZOMBIE);
}

/* Unmaps what is ZOMBIE of a batch of slots, at most. */
void slot_unmap(struct slot slot, size_t count) {
  for (size_t i = 0; i < count; i++) {
    if (maps_of(slot_plus(slot, i)) & ZOMBIE && !unmap_around(slot_plus(slot, i))) return;
  }
}

/* ---- Private memory ---- */

/* A LEAVING slot gives up its hold on a frame. */
void slot_leave_frame(struct slot slot) {
  BELIEVE(registry.forks == 0);
  record_set(slot, 1, STATE | FRAME, PRIVATE);
}

/* Has the slot in private memory, which needs no frame. During a fork it keeps its hold
 * on the one it had: only the mapping may change then. */
bool slot_make_private(struct slot slot) {
  if (!mapping_make_private(slot)) return false;
  if (registry.forks == 0) slot_leave_frame(slot);
  return true;
}

/* Has it there until as many times unpinned. Nobody may write to the frame meanwhile. */
bool slot_pin(struct slot slot) {
  uint32_t state = slot_state(slot);
  if (state == PRIVATE || state == LEAVING) return true;
  if (state == PROTECTED) return mapping_unprotect(slot);
  if (mapping_is_dear(slot, 1)) return false;
  if (is_writable(state)) mapping_protect(slot, 1);
  return slot_make_private(slot);
}

/* ---- Again ---- */

/* Maps what is ASLEEP or UNMAPPED, so that it can be read; of a run that is ASLEEP, some of the
 * neighbours as well, as they may be touched next. */
bool slot_wake(struct slot slot) {
  struct slot first = slot, end = slot_plus(slot, 1);
  uint32_t begin = slot.index / AROUND * AROUND;
  if (slot_state(slot) == ASLEEP) {
    while (first.index > begin && maps_of((struct slot){first.index - 1}) == maps_of(first) - 1)
      first.index--;
    while (end.index < begin + AROUND && maps_of(end) == maps_of((struct slot){end.index - 1}) + 1)
      end.index++;
  }
  return mapping_wake(first, end.index - first.index) || slot_make_private(slot);
}

/* Does what the kernel has refused before, if there is room again, or so much of it that it may be
 * what takes the room. Then only what is ZOMBIE goes. */
void slot_finish(void) {
  size_t few = registry.mapping_budget / 64;
  bool is_room = is_room_for(few);
  if (registry.unfinished == 0 || registry.forks > 0 || (!is_room && registry.unfinished <= few)) return;
  size_t before = registry.unfinished;
  for (struct slot slot = {1}; slot.index < registry.end && registry.unfinished > 0; slot.index++) {
    uint32_t maps = maps_of(slot);
    if (before - registry.unfinished >= BATCH) return; /* others may be waiting */
    if (maps & ZOMBIE) {
      if (unmap_around(slot)) continue;
      while (can_close_with(slot, slot_plus(slot, 1))) slot.index++; /* all that is refused, once */
    } else if (is_room && (maps & STATE) == UNMAPPED) {
      slot_wake(slot);
    } else if (is_room && is_unfinished(maps)) {
      mapping_unprotect(slot);
    }
  }
}
