/* Splitting: giving a slot a frame of its own, with the same bytes. The bytes are
 * copied through the window into a free frame, which then replaces the old one in
 * a single mremap: whoever reads meanwhile sees the old frame or the new one, and
 * they are equal. Everything here is async-signal-safe. */
#include "internal.h"

enum { HEAL_SHARERS = 4 };

static struct place next_sharer(struct place slot) {
  return arena_place(slot.arena->next_sharer[slot.index]);
}

/* Is the frame this slot's alone, in this process and in all others? */
static bool frame_is_own(struct place slot) {
  return ring_is_alone(slot) && !frame_is_foreign(frame_of(slot));
}

static bool is_at_home(struct place slot) {
  return (*mapping_of(slot) & NUMBER) == number_of(slot);
}

/* ---- Moving slots to other frames ---- */

/* Copies what is behind the slots into those of the consecutive frames that are
 * free. A slot that is written meanwhile would lose the write: protect it first. */
static int copy_out(struct place slot, size_t count, struct place frame) {
  for (size_t i = 0; i < count; i++) {
    struct place from = place_plus(slot, i), to = place_plus(frame, i);
    if (!frame_is_free(to)) continue;
    if ((*mapping_of(from) & WRITABLE) && slots_protect(from, 1, false) != 0) return -1;
    if (frame_copy(to, frame_of(from)) != 0) return -1;
  }
  return 0;
}

/* Undoes copy_out. A slot that has its frame to itself may as well be writable. */
static void undo_copy_out(struct place slot, size_t count, struct place frame) {
  for (size_t i = 0; i < count; i++) {
    struct place from = place_plus(slot, i), to = place_plus(frame, i);
    if (frame_is_free(to)) frames_discard(to, 1);
    if (count > 1 && frame_is_own(from) && !(*mapping_of(from) & WRITABLE)) slots_protect(from, 1, true);
  }
}

/* Maps the slots to consecutive frames that hold their bytes, writable. A frame
 * that is not free is the slot's own already. */
static int move_to(struct place slot, size_t count, struct place frame) {
  if (slots_map(slot, count, frame, true) != 0) return -1;
  for (size_t i = 0; i < count; i++) {
    if (!frame_is_free(place_plus(frame, i))) continue;
    frames_release(place_plus(slot, i), 1);
    frames_claim(place_plus(frame, i), 1);
    registry.splits++;
  }
  slots_record(slot, count, number_of(frame) | WRITABLE);
  return 0;
}

static int move(struct place slot, size_t count, struct place frame) {
  if (copy_out(slot, count, frame) == 0 && move_to(slot, count, frame) == 0) return 0;
  undo_copy_out(slot, count, frame);
  return -1;
}

/* Moves a run of slots home, into one writable mapping. Returns -1 if refused or
 * if a home is taken. */
int slots_settle(struct place slot, size_t count) {
  for (size_t i = 0; i < count; i++) {
    struct place one = place_plus(slot, i);
    if (!is_live(*mapping_of(one)) || slot.arena->is_private) return -1;
    if (!frame_is_free(one) && !(is_at_home(one) && frame_is_own(one))) return -1;
  }
  return move(slot, count, slot);
}

/* ---- Healing ---- */

/* Writing to an original at home: rather than move it away, send those it shares
 * with to the home of the first of them. Then the next copy of the original's
 * block is again one mapping, however many of its chunks have been written. */
static bool can_heal(struct place slot) {
  if (!is_at_home(slot) || frame_is_foreign(frame_of(slot)) || ring_is_alone(slot)) return false;
  if (!frame_is_free(next_sharer(slot))) return false;
  size_t sharers = 0;
  for (struct place other = next_sharer(slot); number_of(other) != number_of(slot);
       other = next_sharer(other)) {
    if (++sharers > HEAL_SHARERS) return false;
  }
  return registry.mappings + 2 * (sharers + 1) <= registry.mapping_budget;
}

/* Moves one sharer home. Writable at once, if it is the only one. */
static int send_home(struct place sharer, struct place frame, bool writable) {
  if (frame_copy(sharer, frame) != 0 || slots_map(sharer, 1, sharer, writable) != 0) {
    frames_discard(sharer, 1);
    return -1;
  }
  ring_leave(sharer);
  frames_claim(sharer, 1);
  slots_record(sharer, 1, number_of(sharer) | (writable ? WRITABLE : 0));
  return 0;
}

static int heal(struct place slot) {
  struct place first = next_sharer(slot);
  bool only_one = number_of(next_sharer(first)) == number_of(slot);
  if (send_home(first, frame_of(slot), only_one) != 0) return -1;
  registry.splits++;
  while (!ring_is_alone(slot)) {
    struct place other = next_sharer(slot);
    if (slots_share(other, 1, first) != 0) return -1;
    ring_leave(other);
    ring_join(other, 1, first);
    slots_record(other, 1, *mapping_of(first));
  }
  return slots_protect(slot, 1, true);
}

/* ---- Splitting ---- */

static int promote(struct place slot) {
  if (slots_protect(slot, 1, true) != 0) return -1;
  registry.promotions++;
  return 0;
}

/* Moves the slot to any free frame. */
static int move_away(struct place slot) {
  struct place frame = frame_find(slot);
  if (!frame.arena || move(slot, 1, frame) != 0) return -1;
  /* One read maps all pages writable (the kernel's fault-around): the rest of the
   * chunk is then written without a fault for every page. */
  (void)*(volatile char *)view_of(slot);
  return 0;
}

static int try_split(struct place slot) {
  if (*mapping_of(slot) & WRITABLE) return 0;
  if (frame_is_foreign(frame_of(slot))) fork_refresh();
  if (frame_is_own(slot)) return promote(slot);
  if (can_heal(slot) && heal(slot) == 0) return 0;
  return move_away(slot);
}

/* Does the kernel have the slot in one mapping with the one before it, and are both
 * live? */
static bool follows(struct place slot) {
  const uint32_t *mapping = mapping_of(slot);
  return slot.index > 0 && slot.index < slot.arena->count && mapping[0] == mapping[-1] + 1 &&
         is_live(mapping[-1]);
}

/* Splits the whole kernel mapping around the slot, which costs no mapping: home, or
 * to other frames that follow each other. */
static int split_all_around(struct place slot) {
  struct place first = slot, end = place_plus(slot, 1);
  while (follows(first)) first.index--;
  while (follows(end)) end.index++;
  size_t count = end.index - first.index;
  if (slots_settle(first, count) == 0) return 0;
  struct place frame = arena_find_free(count, true);
  return frame.arena ? move(first, count, frame) : -1;
}

/* The kernel has refused: makes room with the reserve, which may shrink a little;
 * then only with what costs no mappings, or costs those that were just won. */
static int split_with_reserve(struct place slot) {
  size_t before = registry.mappings;
  bool low = reserve_is_low();
  reserve_release();
  pressure_relieve();
  int result = -1;
  if (low && registry.mappings >= before) result = split_all_around(slot);
  if (result != 0) result = try_split(slot);
  if (result != 0 && !low) result = split_all_around(slot);
  reserve_take();
  return result;
}

/* Makes the slot private and writable. Returns 0, or -1 if there is no memory or
 * no mapping to be had: then the slot is as before. */
int split(struct place slot) {
  slots_finish_free();
  if (fork_set_aside(slot)) return 0;
  bool merged = slots_boundaries(slot, 1) < 2;
  if (merged && registry.mappings + 2 > registry.mapping_budget) pressure_relieve();
  return try_split(slot) == 0 ? 0 : split_with_reserve(slot);
}

/* The same for a slot whose bytes are in the view only: see fork_set_aside. */
int split_from_view(struct place slot) {
  struct place frame = frame_find(slot);
  if (!frame.arena || frame_fill(frame, view_of(slot)) != 0) return -1;
  return move_to(slot, 1, frame);
}
