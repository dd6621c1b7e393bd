/* Slots as chunks: opening and freeing them, and doing again what the kernel refused:
 * internal.h says which slots are unfinished. */
#include "internal.h"

/* Opens free slots; or none if the kernel refuses. */
struct slot slot_open(size_t count, bool zeroed) {
  struct slot slot = frame_find_room(count), none = {0};
  if (!slot.index) return none;
  bool private = registry.forks > 0 || !space_sharing_works();
  if (mapping_open(slot, count, private) != DONE) return none;
  if (!private) frame_claim(home_of(slot), count, zeroed);
  return slot;
}

/* ---- Freeing ---- */

/* Unmaps the slot and those beside it that are ZOMBIE. Returns false if the kernel does
 * not let it, if it would take the last mappings, or while a fork is under way. */
static bool unmap_around(struct slot slot) {
  struct slot first = slot, end = slot;
  while (maps_of((struct slot){first.index - 1}) & ZOMBIE) first.index--;
  while (maps_of(end) & ZOMBIE) end.index++;
  size_t count = end.index - first.index;
  /* Beside what is FREE nothing is cut. */
  bool cuts = maps_of((struct slot){first.index - 1}) != FREE && maps_of(end) != FREE;
  if (registry.forks > 0 || (cuts && mapping_is_dear(first, count))) return false;
  return mapping_close(first, count) == DONE;
}

/* The user frees live slots. */
void slot_free(struct slot slot, size_t count) {
  record_set(slot, count, 0, ZOMBIE);
  unmap_around(slot);
}

/* ---- Private memory ---- */

/* A LEAVING slot gives up its hold on a frame. */
void slot_leave_frame(struct slot slot) {
  BELIEVE(registry.forks == 0);
  record_set(slot, 1, STATE | FRAME, PRIVATE);
}

/* Has the slot in private memory, which needs no frame. During a fork it keeps its hold
 * on the one it had: only the mapping may change then. */
enum outcome slot_make_private(struct slot slot) {
  enum outcome outcome = mapping_make_private(slot);
  if (outcome == DONE && registry.forks == 0) slot_leave_frame(slot);
  return outcome;
}

/* ---- Again ---- */

/* Maps what is UNMAPPED, so that it can be read. */
enum outcome slot_wake(struct slot slot) {
  return mapping_wake(slot) == DONE ? DONE : slot_make_private(slot);
}

/* Does what the kernel has refused before, if there is room again. */
void slot_finish(void) {
  if (registry.unfinished == 0 || registry.forks > 0 || !is_room_for(registry.mapping_budget / 64)) return;
  for (struct slot slot = {1}; slot.index < registry.end && registry.unfinished > 0; slot.index++) {
    uint32_t maps = maps_of(slot);
    if (maps & ZOMBIE) {
      if (!unmap_around(slot)) return;
    } else if ((maps & STATE) == UNMAPPED) {
      slot_wake(slot);
    } else if (is_unfinished(maps)) {
      mapping_unprotect(slot);
    }
  }
}
