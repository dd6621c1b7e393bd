/* Giving slots back. A freed slot is closed at once, so that whoever still uses it
 * crashes. What else there is to do is put off while neighbours follow, as the
 * system calls for a run of slots take hardly longer than those for one. */
#include <sys/mman.h>

#include "internal.h"

enum { RUN = 64 };

/* ---- Mapping slots home ---- */

/* Would it take more mappings than there are to spend? Async-signal-safe. */
static bool is_too_dear(struct place slot, size_t count) {
  const uint32_t *mapping = slot.arena->mapping;
  size_t end = slot.index + count, before = slots_boundaries(slot, count);
  size_t after =
      (slot.index > 0 && mapping[slot.index - 1] != FREE) + (end < slot.arena->count && mapping[end] != FREE);
  return after > before && registry.mappings + after - before > registry.mapping_budget;
}

/* Do the slots map their homes already? Async-signal-safe. */
static bool are_at_home(struct place slot, size_t count) {
  for (size_t i = 0; i < count; i++) {
    uint32_t mapping = mapping_of(slot)[i];
    if (mapping != READY && mapping != ((number_of(slot) + i) | WRITABLE | ZOMBIE)) return false;
  }
  return true;
}

/* Maps the slots home, without access and left out of core dumps, which would have
 * the kernel find memory for them. Async-signal-safe. */
static bool map_home(struct place slot, size_t count) {
  size_t size = count * CHUNKSIZE;
  if (slot.arena->is_private) return reserve_space(view_of(slot), size) != MAP_FAILED;
  if (are_at_home(slot, count)) {
    return mprotect(view_of(slot), size, PROT_NONE) == 0 && madvise(view_of(slot), size, MADV_DONTDUMP) == 0;
  }
  if (map_again(slot.arena->closed + (size_t)slot.index * CHUNKSIZE, size, view_of(slot)) == 0) return true;
  reserve_space(view_of(slot), size); /* a refused mremap may have left a hole */
  return false;
}

/* Async-signal-safe. */
static bool map_home_or_use_reserve(struct place slot, size_t count) {
  if (map_home(slot, count)) return true;
  reserve_release();
  bool mapped = map_home(slot, count);
  reserve_take();
  return mapped;
}

/* How many slots from here on, or before here, are READY? Async-signal-safe. */
static size_t ready_from(struct place slot) {
  size_t count = 0;
  while (slot.index + count < slot.arena->count && mapping_of(slot)[count] == READY) count++;
  return count;
}
static size_t ready_before(struct place slot) {
  size_t count = 0;
  while (count < slot.index && mapping_of(slot)[-1 - (ptrdiff_t)count] == READY) count++;
  return count;
}

/* Async-signal-safe. */
static bool is_island(struct place slot, size_t count) {
  const struct arena *arena = slot.arena;
  size_t end = slot.index + count;
  return slot.index > 0 && arena->mapping[slot.index - 1] == FREE && end < arena->count &&
         arena->mapping[end] == FREE;
}

/* Makes consecutive slots free: READY, if that joins them to a few others that are,
 * else FREE, those others included, lest islands of READY slots be left everywhere.
 * Returns false if the kernel refuses. Async-signal-safe. */
static bool make_free(struct place slot, size_t count) {
  size_t before = ready_before(slot), after = ready_from(place_plus(slot, count)),
         all = before + count + after;
  struct place first = {slot.arena, slot.index - (uint32_t)before};
  bool ready = all > count && all <= READY_MOST && !is_island(first, all) && are_at_home(slot, count);
  if (ready ? mprotect(view_of(slot), count * CHUNKSIZE, PROT_NONE) != 0
            : !map_home_or_use_reserve(first, all)) {
    return false;
  }
  registry.zombies -= count;
  slots_record(slot, count, ready ? READY : FREE);
  if (!ready && before > 0) slots_record(first, before, FREE);
  if (!ready && after > 0) slots_record(place_plus(slot, count), after, FREE);
  return true;
}

/* Makes the zombie and those beside it free. Returns the first slot behind them, or
 * no place if the kernel refuses. Async-signal-safe. */
static struct place reap_around(struct place slot) {
  const uint32_t *mapping = slot.arena->mapping;
  struct place begin = slot, end = slot;
  while (begin.index > 0 && mapping[begin.index - 1] & ZOMBIE) begin.index--;
  while (end.index < end.arena->count && mapping[end.index] & ZOMBIE) end.index++;
  size_t count = end.index - begin.index;
  if (is_too_dear(begin, count) || make_free(begin, count)) return end;
  return (struct place){NULL, 0};
}

/* Async-signal-safe. */
static void make_zombies(struct place slot, size_t count) {
  for (size_t i = 0; i < count; i++) {
    uint32_t *mapping = mapping_of(place_plus(slot, i));
    registry.live -= is_live(*mapping);
    registry.zombies += !(*mapping & ZOMBIE);
    slot.arena->occupied += is_free(*mapping);
    *mapping |= ZOMBIE;
    arena_refresh_busy(slot.arena, slot.index + (uint32_t)i);
  }
  if (slot.arena->slots_touched < slot.index + count)
    slot.arena->slots_touched = slot.index + (uint32_t)count;
}

/* Maps slots home after a refusal, whatever has become of them. Those for which that
 * is refused, or that would cost the last mappings, are not live any more, but not
 * handed out before they are home. Async-signal-safe. */
void slots_give_back(struct place slot, size_t count) {
  frames_release(slot, count);
  make_zombies(slot, count);
  reap_around(slot);
}

/* ---- Freeing ---- */

static struct {
  struct place first; /* freed, with those behind it: all else is put off */
  size_t count;
} put_off;

/* Does what has been put off. Async-signal-safe. */
void slots_finish_free(void) {
  struct place first = put_off.first;
  size_t count = put_off.count;
  if (count == 0) return;
  put_off.count = 0;
  frames_release(first, count);
  reap_around(first);
  arena_release_if_empty(first.arena, false);
}

static bool continues_run(struct place slot, size_t count) {
  if (slot.arena != put_off.first.arena) return false;
  return slot.index + count == put_off.first.index || slot.index == put_off.first.index + put_off.count;
}

/* Frees the slots, and the frames that no other slot maps. */
void slots_free(struct place slot, size_t count) {
  if (!continues_run(slot, count)) slots_finish_free();
  if (put_off.count == 0 || slot.index < put_off.first.index) put_off.first = slot;
  put_off.count += count;
  if (count < RUN && !is_too_dear(slot, count)) mprotect(view_of(slot), count * CHUNKSIZE, PROT_NONE);
  make_zombies(slot, count);
  if (put_off.count >= RUN) slots_finish_free();
}

/* Hands out the slots that were freed last, if they are count slots, or no place.
 * They are recorded as free, but not mapped home: the caller maps something else
 * there, or gives them back. */
struct place slots_reuse(size_t count) {
  struct place none = {NULL, 0}, first = put_off.first;
  if (put_off.count != count || first.arena->is_private) return none;
  put_off.count = 0;
  frames_release(first, count);
  registry.zombies -= count;
  slots_record(first, count, FREE);
  return first;
}

/* Frees what could not be freed before, if there is room now. */
void slots_reap(void) {
  size_t room = registry.mapping_budget / 64;
  if (registry.zombies == put_off.count || registry.mappings + room > registry.mapping_budget) return;
  slots_finish_free();
  for (struct arena *arena = registry.arenas, *next; arena; arena = next) {
    next = arena->next;
    for (struct place slot = {arena, 0}; slot.index < arena->slots_touched; slot.index++) {
      if (!(*mapping_of(slot) & ZOMBIE)) continue;
      slot = reap_around(slot);
      if (!slot.arena) return;
    }
    arena_release_if_empty(arena, false);
  }
}
