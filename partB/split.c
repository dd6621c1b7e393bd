/* Splitting: giving slots other memory, with the same bytes. The bytes are copied
 * through the window into free frames, which then replace the old ones in a single
 * mremap: whoever reads meanwhile sees the old frame or the new one, and they are
 * equal. */
#include <string.h>

#include "internal.h"

enum {
  NEAR = 512,   /* slots on either side, in which to look for a gap to close */
  STRETCH = 64, /* slots that are gathered, as their addresses are aligned */
};

static bool frame_is_own(struct slot slot) {
  return ring_is_alone(slot) && !frame_is_seen(frame_of(slot));
}

/* ---- Moving ---- */

/* Copies what is behind the slots into consecutive frames, except what is there already.
 * A slot that is written meanwhile would lose the write: it is protected first. */
static bool copy_bytes(struct slot slot, size_t count, struct frame frame) {
  for (size_t i = 0; i < count; i++) {
    struct slot from = slot_plus(slot, i);
    struct frame to = frame_plus(frame, i);
    if (frame_of(from).index == to.index) continue;
    if (is_private(maps_of(from))) {
      if (!mapping_protect_private(from) || !frame_prepare(to)) return false;
      memcpy(window_of(to), view_of(from), CHUNKSIZE);
    } else if (!mapping_protect(from, 1) || !frame_copy(to, frame_of(from))) {
      return false;
    }
  }
  return true;
}

/* Moves the slots to consecutive frames: each is free, or the slot's already. Then they
 * are WRITABLE. After a refusal they have their bytes, and perhaps fewer rights; the frames that
 * have been filled are free, and warm. */
static bool move(struct slot slot, size_t count, struct frame frame) {
  return copy_bytes(slot, count, frame) && mapping_move(slot, count, frame);
}

/* Gives private slots frames, except those that are pinned, as something else is to map the
 * same memory. */
bool split_adopt(struct slot slot, size_t count) {
  for (size_t i = 0; i < count; i++) {
    struct slot one = slot_plus(slot, i);
    if (!is_private(maps_of(one)) || record_of(one)->pins > 0) continue;
    struct frame frame = frame_find(one);
    if (frame.index && move(one, 1, frame)) continue;
    if (slot_state(one) == PROTECTED) mapping_unprotect(one);
    return false;
  }
  return true;
}

/* Is the slot at home, alone, or can it go there? */
static bool can_be_home(struct slot slot) {
  if (!is_live(maps_of(slot)) || slot_state(slot) != READ_ONLY) return false;
  return frame_of(slot).index == slot.index ? frame_is_own(slot) : frame_is_free(home_of(slot));
}

/* A block that was copied and written again and again lies scattered, as the writer
 * always moves: brings home those of its slots that are READ_ONLY, have their frame
 * to themselves, and whose homes are free again. They are READ_ONLY afterwards, unless it
 * returns false. */
bool split_bring_home(struct slot slot, size_t count) {
  for (size_t i = 0, length; i < count; i += length + 1) {
    struct slot first = slot_plus(slot, i), next = first;
    bool all_are = true;
    for (length = 0; i + length < count && can_be_home(next) && frame_is_own(next); length++) {
      all_are &= frame_of(next).index == next.index;
      next.index++;
    }
    if (all_are || !move(first, length, home_of(first))) continue;
    if (!mapping_protect(first, length)) return false;
  }
  return true;
}

/* ---- Splitting ---- */

/* Gives the right to write to the frame that the slot has to itself. */
static bool promote(struct slot slot) {
  bool is_mapped = slot_state(slot) == READ_ONLY;
  if (is_mapped ? !mapping_unprotect(slot) : !mapping_move(slot, 1, frame_of(slot))) return false;
  registry.stats.splits_without_copy++;
  return true;
}

static bool move_away(struct slot slot) {
  struct frame frame = frame_find(slot);
  if (frame.index ? !move(slot, 1, frame) : !slot_make_private(slot)) return false;
  registry.stats.splits++;
  /* One read maps all pages writable (fault-around): the rest of the chunk is then
   * written without a fault for every page. */
  (void)*(volatile char *)view_of(slot);
  return true;
}

static bool try_split(struct slot slot) {
  uint32_t state = slot_state(slot);
  if (state == WRITABLE || state == PRIVATE || state == LEAVING) return true;
  if (state == DOUBTFUL || state == PROTECTED) return mapping_unprotect(slot);
  if (registry.forks > 0) return slot_make_private(slot);
  if (frame_is_seen(frame_of(slot))) frame_recover(false);
  return frame_is_own(slot) ? promote(slot) : move_away(slot);
}

/* Every first write to the middle of a kernel mapping makes three of one. Near the
 * limit, mappings are won back: finds the shortest gap between two writable slots at
 * home, as far as reach goes, and splits all slots in it, too, so that all become one
 * mapping. */
static bool close_gap(struct slot slot, uint32_t reach) {
  uint32_t begin = slot.index > reach ? slot.index - reach : 1;
  uint32_t end = slot.index + reach < registry.end ? slot.index + reach : registry.end;
  struct slot gap = {0}, first = {0}; /* behind a writable slot at home */
  size_t best = SIZE_MAX;
  for (struct slot at = {begin}; at.index < end && best > 1; at.index++) {
    if (maps_of(at) == (at.index | WRITABLE)) {
      size_t length = at.index - first.index;
      if (first.index && length > 0 && length < best) {
        best = length;
        gap = first;
      }
      first = slot_plus(at, 1);
    } else if (!can_be_home(at)) {
      first.index = 0;
    }
  }
  return gap.index && move(gap, best, home_of(gap));
}

static bool can_be_gathered(struct slot slot) {
  return is_live(maps_of(slot)) && (slot_state(slot) == READ_ONLY || slot_state(slot) == ASLEEP);
}

/* A snapshot of what is scattered would take a mapping for each chunk that wakes. Near the limit the
 * stretch around a slot that is ASLEEP gets consecutive frames instead, and is one mapping. */
static bool gather(struct slot slot) {
  struct slot first = slot, end = slot_plus(slot, 1);
  uint32_t begin = slot.index / STRETCH * STRETCH;
  while (first.index > begin && can_be_gathered((struct slot){first.index - 1})) first.index--;
  while (end.index < begin + STRETCH && can_be_gathered(end)) end.index++;
  struct slot room = frame_find_room(end.index - first.index);
  return room.index && move(first, end.index - first.index, home_of(room));
}

/* Makes the slot writable, with memory of its own. After a refusal it has its bytes. A refusal
 * may pass; more mappings may help, but not if it is memory that is short. */
bool split(struct slot slot) {
  if (registry.forks == 0 && slot_state(slot) == READ_ONLY && mapping_is_dear(slot, 1)) close_gap(slot, NEAR);
  if (registry.forks == 0 && slot_state(slot) == ASLEEP && !is_room_for(2) && gather(slot)) return true;
  registry.memory_is_short = false;
  if (try_split(slot)) return true;
  if (registry.forks == 0 && !registry.memory_is_short) close_gap(slot, registry.end);
  return try_split(slot);
}

/* Makes what is ASLEEP or UNMAPPED readable; all else is. */
bool split_to_read(struct slot slot) {
  if (slot_state(slot) != ASLEEP && slot_state(slot) != UNMAPPED) return true;
  return (!is_room_for(2) && split(slot)) || slot_wake(slot);
}
