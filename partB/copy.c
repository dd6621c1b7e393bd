/* Copies that share: which slots come to hold the frames of which others. A lazy copy maps
 * them at once; a snapshot is ASLEEP, and maps nothing before it is touched; restoring makes
 * live slots lazy copies of others. */
#include "internal.h"

enum { SCATTERED = 64 }; /* mappings of a block from which on its chunks are brought home */

/* The number of slots from the first that hold consecutive frames, all in the same state. */
static size_t run_length(struct slot slot, size_t count) {
  const struct slot_record *records = record_of(slot);
  size_t length = 1;
  while (length < count && records[length].maps == records[length - 1].maps + 1) length++;
  return length;
}

/* Takes the right to write from all of the source, except what is pinned. For copies that map
 * it, its mappings are made few. Returns whether it can be shared. */
static bool prepare_source(struct slot source, size_t count, bool maps_it) {
  bool any_writable = false, any_private = false;
  for (size_t i = 0; i < count; i++) {
    uint32_t maps = maps_of(slot_plus(source, i));
    any_writable |= is_writable(maps);
    any_private |= is_private(maps);
  }
  if (any_private && !split_adopt(source, count)) return false;
  if ((any_writable || any_private) && (!is_room_for(2) || !mapping_protect(source, count))) return false;
  if (!maps_it) return true;
  if (record_boundaries(source, count) > SCATTERED && !split_bring_home(source, count)) return false;
  return is_room_for(record_boundaries(source, count));
}

/* Copies the bytes of a pinned slot into a FREE slot's home. */
static bool copy_pinned(struct slot slot, struct slot source) {
  if (!frame_prepare(home_of(slot))) return false;
  copy_words(window_of(home_of(slot)), view_of(source), CHUNKSIZE);
  record_set(slot, 1, ALL, home_of(slot).index | ASLEEP);
  return true;
}

/* FREE slots come to hold what a run of the source holds. */
static bool copy_run(struct slot slot, struct slot source, size_t count, bool asleep) {
  uint32_t state = slot_state(source);
  if (state == READ_ONLY && !asleep) return mapping_share(slot, count, source, view_of(source));
  if (state == PRIVATE) {
    if (!copy_pinned(slot, source)) return false;
  } else {
    record_set(slot, count, ALL, frame_of(source).index | ASLEEP);
    ring_join(slot, count, source);
  }
  return asleep || mapping_wake(slot, count);
}

/* A copy of live slots that shares with them, or none if it has to be made eagerly: during a
 * fork, when mappings are short, or if the kernel refuses. It goes run by run, as mremap with
 * old size 0 takes the frames that follow the first, whatever the slots beside it map. */
struct slot copy_sharing(struct slot source, size_t count, bool asleep) {
  struct slot none = {0};
  if (registry.forks > 0 || !space_sharing_works() || !prepare_source(source, count, !asleep)) return none;
  struct slot copy = frame_find_room(count);
  if (!copy.index) return none;
  space_populate_records(copy, count);
  for (size_t done = 0, length; done < count; done += length) {
    struct slot from = slot_plus(source, done), to = slot_plus(copy, done);
    length = run_length(from, count - done);
    if (copy_run(to, from, length, asleep)) continue;
    if (is_live(maps_of(to))) done += length;
    slot_free(copy, done);
    slot_unmap(copy, done);
    return none;
  }
  return copy;
}

/* ---- Restoring ---- */

/* Are the two known to have the same bytes? What is LEAVING may have others than its frame. */
static bool shares(struct slot slot, struct slot other) {
  return frame_of(slot).index == frame_of(other).index && frame_of(slot).index != 0 &&
         slot_state(slot) != LEAVING && slot_state(other) != LEAVING;
}

/* How many slots, from the first on, are known to have the same bytes as their counterparts. */
size_t copy_same(struct slot slots, struct slot others, size_t count) {
  size_t same = 0;
  if (slots.index == others.index) return count;
  while (same < count && shares(slot_plus(slots, same), slot_plus(others, same))) same++;
  return same;
}

/* The number of slots from the first that can be mapped in one call to a run of the source. What is
 * UNMAPPED comes alone: it is looked at first. */
static size_t restorable(struct slot slot, struct slot source, size_t count) {
  size_t length = 0;
  for (; length < count; length++) {
    struct slot one = slot_plus(slot, length);
    if (is_private(maps_of(one))) break;
    if (length > 0 && (slot_state(slot) == UNMAPPED || slot_state(one) == UNMAPPED)) break;
    if ((slot_state(one) == ASLEEP) != (slot_state(slot) == ASLEEP)) break;
    if (shares(one, slot_plus(source, length))) break;
  }
  return length;
}

/* Makes live slots lazy copies of a run of the source, up to the first that cannot be. Returns how
 * many are. If nothing maps the run, it is lent, once for all of them. */
static size_t restore_run(struct slot slots, struct slot source, size_t count) {
  bool is_lent = slot_state(source) != READ_ONLY;
  char *from = is_lent ? NULL : view_of(source);
  size_t done = 0;
  for (size_t length; done < count; done += length) {
    struct slot slot = slot_plus(slots, done), counterpart = slot_plus(source, done);
    length = 1;
    if (shares(slot, counterpart)) continue;
    length = is_room_for(2) ? restorable(slot, counterpart, count - done) : 0;
    bool maps_it = slot_state(slot) != ASLEEP;
    if (length > 0 && maps_it && !from) from = mapping_lend(frame_of(source), count);
    if (length == 0 || (maps_it && !from)) break;
    if (!mapping_share(slot, length, counterpart, maps_it ? from + done * CHUNKSIZE : NULL)) break;
  }
  if (is_lent && from) munmap(from, count * CHUNKSIZE);
  return done;
}

/* The same for any live slots. The kernel may refuse a long run and take shorter ones. */
size_t copy_restore(struct slot slots, struct slot source, size_t count) {
  size_t done = 0, most = count;
  if (registry.forks > 0 || !space_sharing_works() || !prepare_source(source, count, false)) return 0;
  while (done < count && most > 0) {
    struct slot from = slot_plus(source, done);
    size_t length = run_length(from, most < count - done ? most : count - done);
    size_t restored = is_private(maps_of(from)) ? 0 : restore_run(slot_plus(slots, done), from, length);
    done += restored;
    if (restored < length) most = length / 2;
  }
  return done;
}
