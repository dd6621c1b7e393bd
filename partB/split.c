/* Splitting: giving slots other memory, with the same bytes. The bytes are copied
 * through the window into free frames, which then replace the old ones in a single
 * mremap: whoever reads meanwhile sees the old frame or the new one, and they are
 * equal. */
#include "internal.h"

enum { NEAR = 512 }; /* slots on either side, in which to look for a gap to close */

static bool frame_is_own(struct slot slot) {
  return maps_of(slot) & PRIVATE || (ring_is_alone(slot) && !frame_is_foreign(frame_of(slot)));
}

/* ---- Moving ---- */

static bool is_there(struct slot slot, struct frame frame) {
  return (maps_of(slot) & (PRIVATE | FRAME)) == frame.index;
}

/* Copies what is behind the slots into consecutive frames, but what is there already.
 * A slot that is written meanwhile would lose the write: it is protected first. */
static int copy_bytes(struct slot slot, size_t count, struct frame frame) {
  for (size_t i = 0; i < count; i++) {
    struct slot from = slot_plus(slot, i);
    struct frame to = frame_plus(frame, i);
    if (is_there(from, to)) continue;
    if (maps_of(from) & WRITABLE && mapping_protect(from, 1, false) != 0) return -1;
    int result = maps_of(from) & PRIVATE ? frame_fill(to, view_of(from)) : frame_copy(to, frame_of(from));
    if (result != 0) return -1;
  }
  return 0;
}

/* Moves the slots to consecutive frames: each is free, or the slot's already. Then they
 * are writable. After a refusal they are as before, but perhaps read-only; or LOST. */
static int move(struct slot slot, size_t count, struct frame frame) {
  int flags = copy_bytes(slot, count, frame) == 0 ? mapping_move(slot, count, frame) : -1;
  for (size_t i = 0; i < count; i++) {
    struct frame to = frame_plus(frame, i);
    if (is_there(slot_plus(slot, i), to)) continue;
    if (flags < 0) {
      frame_discard(to);
    } else {
      frames_release(slot_plus(slot, i), 1);
    }
  }
  if (flags < 0) return -1;
  mapping_record(slot, count, ALL, frame.index | (uint32_t)flags);
  return flags & LOST ? -1 : 0;
}

/* Gives private slots frames, as something else is to map the same memory. */
int split_adopt(struct slot slot, size_t count) {
  for (size_t i = 0; i < count; i++) {
    struct slot one = slot_plus(slot, i);
    if (!(maps_of(one) & PRIVATE)) continue;
    struct frame frame = frame_find(one);
    if (!frame.index || move(one, 1, frame) != 0) return -1;
  }
  return 0;
}

/* Is the slot at home, alone, or can it go there? */
static bool can_be_home(struct slot slot) {
  uint32_t maps = maps_of(slot);
  if (!is_live(maps) || maps & (LOST | PRIVATE | WRITABLE)) return false;
  return frame_of(slot).index == slot.index ? frame_is_own(slot) : frame_is_free(home_of(slot));
}

/* A block that was copied and written again and again lies scattered, as the writer
 * always moves: brings home those of its slots that are read-only, have their frame
 * to themselves, and whose homes are free again. Returns -1 if a slot stays writable. */
int split_bring_home(struct slot slot, size_t count) {
  for (size_t i = 0, length; i < count; i += length + 1) {
    struct slot first = slot_plus(slot, i), next = first;
    bool all_are = true;
    for (length = 0; i + length < count && can_be_home(next) && frame_is_own(next); length++) {
      all_are &= frame_of(next).index == next.index;
      next.index++;
    }
    if (all_are || move(first, length, home_of(first)) != 0) continue;
    if (mapping_protect(first, length, false) != 0) return -1;
  }
  return 0;
}

/* ---- Splitting ---- */

static int promote(struct slot slot) {
  if (mapping_protect(slot, 1, true) != 0) return -1;
  registry.stats.splits_without_copy++;
  return 0;
}

static int move_away(struct slot slot) {
  struct frame frame = frame_find(slot);
  if (frame.index ? move(slot, 1, frame) != 0 : frames_make_private(slot) != 0) return -1;
  registry.stats.splits++;
  /* One read maps all pages writable (fault-around): the rest of the chunk is then
   * written without a fault for every page. */
  (void)*(volatile char *)view_of(slot);
  return 0;
}

static int try_split(struct slot slot) {
  if (maps_of(slot) & LOST) return frames_make_private(slot);
  if (maps_of(slot) & WRITABLE) return 0;
  if (frame_is_foreign(frame_of(slot))) frames_recover(false);
  if (frame_is_own(slot)) return promote(slot);
  return registry.forks > 0 ? frames_make_private(slot) : move_away(slot);
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
      if (first.index && length > 0 && length < best) best = length, gap = first;
      first = slot_plus(at, 1);
    } else if (!can_be_home(at)) {
      first.index = 0;
    }
  }
  return gap.index && move(gap, best, home_of(gap)) == 0;
}

/* Makes the slot private and writable. Returns 0, or -1 if there is no memory or
 * no mapping to be had: then the slot is as before. */
int split(struct slot slot) {
  if (registry.forks == 0 && !(maps_of(slot) & WRITABLE) && mapping_is_dear(slot, 1)) close_gap(slot, NEAR);
  if (try_split(slot) == 0) return 0;
  if (registry.forks == 0) close_gap(slot, registry.end);
  return try_split(slot);
}
