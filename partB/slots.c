/* What is mapped at the slots: a change is made first in the kernel and then in the
 * records, so that the two agree, also when the kernel refuses. (unmap.c has the
 * rest of such changes.) */
#include <string.h>
#include <sys/mman.h>

#include "internal.h"

/* How many of the kernel's mappings begin at the slots or right behind them: the
 * neighbour rule. Async-signal-safe. */
size_t slots_boundaries(struct place slot, size_t count) {
  const uint32_t *mapping = slot.arena->mapping;
  size_t begin = slot.index > 0 ? slot.index : 1;
  size_t end = slot.index + count < slot.arena->count ? slot.index + count + 1 : slot.arena->count;
  size_t boundaries = 0;
  for (size_t i = begin; i < end; i++) {
    uint32_t before = mapping[i - 1] & ~(uint32_t)ZOMBIE; /* that one is mapped as it was */
    boundaries += (mapping[i] & ~(uint32_t)ZOMBIE) != before + !is_free(before);
  }
  return boundaries;
}

/* The same for slots that are one mapping: only their ends count. (Records never
 * written are better not read: that would cost a page fault more.) */
static size_t boundaries_of_run(struct place slot, size_t count) {
  return slots_boundaries(slot, 0) + slots_boundaries(place_plus(slot, count), 0);
}

/* Marks slots that are no longer free as busy. Async-signal-safe. */
static void mark_busy(struct arena *arena, size_t begin, size_t end) {
  while (begin < end && begin % 64 != 0) arena->busy[begin / 64] |= (uint64_t)1 << begin % 64, begin++;
  for (; begin + 64 <= end; begin += 64) arena->busy[begin / 64] = ~(uint64_t)0;
  for (; begin < end; begin++) arena->busy[begin / 64] |= (uint64_t)1 << begin % 64;
}

/* Records consecutive frames for the slots, or that all are free. They must all have
 * been live, or all not. Async-signal-safe. */
void slots_record(struct place slot, size_t count, uint32_t number_and_flags) {
  struct arena *arena = slot.arena;
  uint32_t *mapping = mapping_of(slot);
  size_t end = slot.index + count;
  uint32_t before = *mapping, step = !is_free(number_and_flags);
  bool untouched = slot.index >= arena->slots_touched;
  registry.mappings -= untouched ? boundaries_of_run(slot, count) : slots_boundaries(slot, count);
  for (uint32_t i = 0; i < count; i++) mapping[i] = number_and_flags + i * step;
  registry.mappings += boundaries_of_run(slot, count);
  registry.live += count * step - (is_live(before) ? count : 0);
  arena->occupied += (uint32_t)(count * step - count * !is_free(before));
  if (step == 0) {
    for (size_t i = slot.index; i < end; i++) arena_refresh_busy(arena, (uint32_t)i);
  } else {
    mark_busy(arena, slot.index, end);
  }
  if (arena->slots_touched < end) arena->slots_touched = (uint32_t)end;
}

/* ---- Mapping ---- */

/* Maps frames read-only. The window is writable, so this goes by way of a mapping
 * elsewhere: no write must slip through before the protection is set.
 * Async-signal-safe. */
static int map_read_only(struct place slot, size_t size, struct place frame) {
  char *elsewhere = mremap(window_of(frame), 0, size, MREMAP_MAYMOVE);
  if (elsewhere == MAP_FAILED) return -1;
  madvise(elsewhere, size, MADV_DODUMP);
  if (mprotect(elsewhere, size, PROT_READ) == 0 &&
      mremap(elsewhere, size, size, MREMAP_MAYMOVE | MREMAP_FIXED, view_of(slot)) != MAP_FAILED) {
    return 0;
  }
  munmap(elsewhere, size);
  return -1;
}

/* Maps frames writable. Async-signal-safe. */
static int map_writable(struct place slot, size_t size, struct place frame) {
  if (map_again(window_of(frame), size, view_of(slot)) != 0) return -1;
  madvise(view_of(slot), size, MADV_DODUMP); /* undoes what was inherited from the window */
  return 0;
}

/* Maps a LOST slot again. Returns 0, also if it is not LOST; or -1 if refused.
 * Async-signal-safe. */
int slot_restore(struct place slot) {
  uint32_t mapping = *mapping_of(slot);
  if (!(mapping & LOST)) return 0;
  if (map_read_only(slot, CHUNKSIZE, frame_of(slot)) != 0) {
    reserve_space(view_of(slot), CHUNKSIZE);
    return -1;
  }
  slots_record(slot, 1, mapping & ~(uint32_t)LOST);
  return 0;
}

/* Puts things right after a refusal: on many kernels a refused mremap with
 * MREMAP_FIXED has unmapped its target. It is reserved, lest anything else comes to
 * lie there. What cannot be mapped again now is when the slot is next used; it is
 * read-only then. Async-signal-safe. */
void slots_repair(struct place slot, size_t count) {
  unsigned char resident;
  if (is_free(*mapping_of(slot))) {
    slots_give_back(slot, count);
    return;
  }
  if (mincore(view_of(slot), 1, &resident) == 0) return;
  reserve_space(view_of(slot), count * CHUNKSIZE);
  for (size_t i = 0; i < count; i++) {
    struct place one = place_plus(slot, i);
    slots_record(one, 1, (*mapping_of(one) | LOST) & ~WRITABLE);
    slot_restore(one);
  }
}

/* How many free slots behind a single one to make READY with it. In a private arena
 * free slots have to be mapped anew to lose their contents. */
static size_t slots_ahead(struct place slot) {
  const struct arena *arena = slot.arena;
  size_t count = 0;
  if (arena->is_private) return 0;
  while (count + 1 < READY_MOST && slot.index + count + 1 < arena->count &&
         mapping_of(slot)[count + 1] == FREE) {
    count++;
  }
  return count;
}

/* Opens free slots, which map their homes already. The caller records it. Returns
 * 0, or -1 if refused: then they are free still, or at least not live. */
int slots_open(struct place slot, size_t count) {
  size_t size = count * CHUNKSIZE;
  if (mprotect(view_of(slot), size, PROT_READ | PROT_WRITE) != 0) {
    slots_give_back(slot, count);
    return -1;
  }
  if (count == 1 && *mapping_of(slot) == READY) return 0;
  size_t ahead = count == 1 ? slots_ahead(slot) : 0;
  if (madvise(view_of(slot), size + ahead * CHUNKSIZE, MADV_DODUMP) == 0 && ahead > 0) {
    slots_record(place_plus(slot, 1), ahead, READY);
  }
  return 0;
}

/* Maps the slots, all free or all live, to consecutive frames, in one step for
 * whoever reads them. The caller records it. Returns 0, or -1 if refused: then
 * all is as before. Async-signal-safe. */
int slots_map(struct place slot, size_t count, struct place frame, bool writable) {
  size_t size = count * CHUNKSIZE;
  int result = writable ? map_writable(slot, size, frame) : map_read_only(slot, size, frame);
  if (result != 0) slots_repair(slot, count);
  return result;
}

/* Maps the slots, all free or all live, to the frames behind the source, read-only
 * like the source, whose frames must be consecutive. The caller records it.
 * Returns 0, or -1 if refused: then all is as before. Async-signal-safe. */
int slots_share(struct place slot, size_t count, struct place source) {
  if (map_again(view_of(source), count * CHUNKSIZE, view_of(slot)) != 0) {
    slots_repair(slot, count);
    return -1;
  }
  return 0;
}

/* Puts the protection back to what the records say: a refused mprotect may have
 * done part of its work. Async-signal-safe. */
static void restore_protection(struct place slot, size_t count) {
  for (size_t i = 0, length; i < count; i += length) {
    const uint32_t *mapping = mapping_of(place_plus(slot, i));
    for (length = 1; i + length < count && (mapping[length] & WRITABLE) == (mapping[0] & WRITABLE);) length++;
    int protection = mapping[0] & WRITABLE ? PROT_READ | PROT_WRITE : PROT_READ;
    mprotect(view_of(place_plus(slot, i)), length * CHUNKSIZE, protection);
  }
}

/* Makes the slots read-only, or writable. Returns 0, or -1 if refused: then all is
 * as before. Async-signal-safe. */
int slots_protect(struct place slot, size_t count, bool writable) {
  int protection = writable ? PROT_READ | PROT_WRITE : PROT_READ;
  for (size_t i = 0; i < count; i++) {
    if (slot_restore(place_plus(slot, i)) != 0) return -1;
  }
  if (mprotect(view_of(slot), count * CHUNKSIZE, protection) != 0) {
    restore_protection(slot, count);
    return -1;
  }
  registry.mappings -= slots_boundaries(slot, count);
  for (size_t i = 0; i < count; i++) {
    uint32_t *mapping = mapping_of(place_plus(slot, i));
    *mapping = writable ? *mapping | WRITABLE : *mapping & ~WRITABLE;
  }
  registry.mappings += slots_boundaries(slot, count);
  return 0;
}
