#include "check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

#define HOLDS(condition) \
  if (!(condition)) return fprintf(stderr, "check.c:%d: not so: %s\n", __LINE__, #condition), false

/* ---- Records ---- */

struct totals {
  size_t live, sharing, rings, zombies, mappings;
};

/* The ring is closed both ways and all its members map the slot's frame. */
static bool ring_is_valid(struct place slot, struct totals *totals) {
  uint32_t self = number_of(slot), smallest = self;
  struct place member = slot;
  size_t members = 0;
  do {
    uint32_t next = member.arena->next_sharer[member.index];
    HOLDS(++members <= registry.live);
    if (next == 0) break;
    HOLDS((*mapping_of(member) & NUMBER) == (*mapping_of(slot) & NUMBER));
    HOLDS(!(*mapping_of(member) & WRITABLE));
    HOLDS(arena_place(next).arena->previous_sharer[arena_place(next).index] == number_of(member));
    member = arena_place(next);
    if (number_of(member) < smallest) smallest = number_of(member);
  } while (number_of(member) != self);
  HOLDS(members > 1 || ring_is_alone(slot));
  if (members > 1) totals->sharing++;
  if (smallest == self) totals->rings++;
  return true;
}

static bool slot_is_valid(struct place slot, struct totals *totals) {
  uint32_t mapping = *mapping_of(slot);
  if (mapping & ZOMBIE) totals->zombies++;
  if (!is_live(mapping)) {
    HOLDS(ring_is_alone(slot));
    return true;
  }
  struct place frame = frame_of(slot);
  totals->live++;
  HOLDS(frame.arena->state[frame.index] == USED);
  HOLDS(!(mapping & WRITABLE) || !frame_is_foreign(frame));
  HOLDS(!(mapping & WRITABLE) || ring_is_alone(slot));
  return ring_is_valid(slot, totals);
}

static bool arena_is_valid(const struct arena *arena, struct totals *totals) {
  size_t occupied = 0;
  for (uint32_t i = 0; i < arena->count; i++) {
    struct place place = {(struct arena *)arena, i};
    bool available = is_free(arena->mapping[i]) && arena->state[i] <= WARM;
    occupied += !is_free(arena->mapping[i]) + (arena->state[i] != COLD);
    HOLDS(arena->mapping[i] == FREE || i < arena->slots_touched);
    HOLDS(available == !(arena->busy[i / 64] >> i % 64 & 1));
    HOLDS(!available || i >= arena->free_hint);
    HOLDS(arena->state[i] != COLD || i >= arena->cold_hint);
    HOLDS(arena->state[i] != LIMBO || arena->seen_from[i] != 0);
    if (!slot_is_valid(place, totals)) return false;
  }
  HOLDS(occupied == arena->occupied);
  totals->mappings +=
      MAPPINGS_PER_ARENA + slots_boundaries((struct place){(struct arena *)arena, 0}, arena->count);
  return true;
}

static bool frames_are_valid(void) {
  size_t used = 0, warm = 0, listed = 0;
  for (const struct arena *arena = registry.arenas; arena; arena = arena->next) {
    for (uint32_t i = 0; i < arena->count; i++) {
      used += arena->state[i] == USED;
      warm += arena->state[i] == WARM;
    }
  }
  for (uint32_t number = registry.warm; number; listed++) {
    struct place frame = arena_place(number);
    HOLDS(listed <= warm && frame.arena->state[frame.index] == WARM);
    number = frame.arena->next_warm[frame.index];
  }
  HOLDS(used == registry.used);
  HOLDS(warm == registry.warm_count && listed == warm);
  return true;
}

static bool registry_is_valid(void) {
  struct totals totals = {0};
  for (const struct arena *arena = registry.arenas; arena; arena = arena->next) {
    if (!arena_is_valid(arena, &totals)) return false;
  }
  HOLDS(totals.live == registry.live);
  HOLDS(totals.sharing == registry.sharing);
  HOLDS(totals.rings == registry.used);
  HOLDS(totals.zombies == registry.zombies);
  HOLDS(!registry.arenas || totals.mappings + RESERVE_PAGES == registry.mappings);
  return frames_are_valid();
}

int lazycopy_is_valid(void) {
  struct held held;
  lock(&held);
  slots_finish_free();
  bool valid = registry_is_valid();
  unlock(&held);
  return valid;
}

/* ---- The kernel ---- */

struct line {
  uintptr_t start, end, offset;
  unsigned long inode;
  char permissions[5];
};

static bool read_line(FILE *maps, struct line *line) {
  char text[512];
  if (!fgets(text, sizeof text, maps)) return false;
  return sscanf(text, "%zx-%zx %4s %zx %*s %lu", &line->start, &line->end, line->permissions, &line->offset,
                &line->inode) == 5;
}

/* The inode of each arena's memory, in the order of the list. */
static void read_inodes(FILE *maps, unsigned long *inodes) {
  struct line line;
  while (read_line(maps, &line)) {
    size_t which = 0;
    for (const struct arena *arena = registry.arenas; arena; arena = arena->next, which++) {
      if (line.start == (uintptr_t)arena->window) inodes[which] = line.inode;
    }
  }
}

static bool slot_matches(struct place slot, const struct line *line, const unsigned long *inodes) {
  uint32_t mapping = *mapping_of(slot);
  if (mapping & ZOMBIE) return true;
  bool closed = is_free(mapping);
  if (slot.arena->is_private) return strcmp(line->permissions, closed ? "---p" : "rw-p") == 0;
  struct place frame = closed ? slot : frame_of(slot);
  size_t which = 0;
  for (const struct arena *arena = registry.arenas; arena != frame.arena; arena = arena->next) which++;
  const char *permissions = closed ? "---s" : mapping & WRITABLE ? "rw-s" : "r--s";
  return strcmp(line->permissions, permissions) == 0 && line->inode == inodes[which] &&
         line->offset + ((uintptr_t)view_of(slot) - line->start) == (uintptr_t)frame.index * CHUNKSIZE;
}

/* Compares the slots of the arena that lie in the line; returns how many, or -1.
 * Counts the line in mappings if it has any. */
static long compare(struct arena *arena, const struct line *line, const unsigned long *inodes,
                    size_t *mappings) {
  uintptr_t begin = (uintptr_t)arena->view, end = begin + (uintptr_t)arena->count * CHUNKSIZE;
  if (begin < line->start) begin = line->start;
  if (end > line->end) end = line->end;
  long compared = 0;
  if (begin < end) ++*mappings;
  for (; begin < end; begin += CHUNKSIZE, compared++) {
    struct place slot = arena_slot_at((void *)begin);
    if (slot_matches(slot, line, inodes)) continue;
    fprintf(stderr, "slot %u is recorded as %x and mapped as %s at offset %zx\n", number_of(slot),
            *mapping_of(slot), line->permissions, line->offset);
    return -1;
  }
  return compared;
}

static bool compare_all(FILE *maps, const unsigned long *inodes) {
  long slots = 0, compared = 0;
  size_t expected = 0, mappings = 0;
  struct line line;
  for (struct arena *arena = registry.arenas; arena; arena = arena->next) {
    slots += arena->count;
    expected += 1 + slots_boundaries((struct place){arena, 0}, arena->count);
  }
  while (read_line(maps, &line)) {
    for (struct arena *arena = registry.arenas; arena; arena = arena->next) {
      long here = compare(arena, &line, inodes, &mappings);
      if (here < 0) return false;
      compared += here;
    }
  }
  HOLDS(compared == slots);
  HOLDS(mappings == expected || registry.zombies > 0 || !registry.sharing_works);
  return true;
}

int lazycopy_matches_kernel(void) {
  unsigned long inodes[1024] = {0};
  struct held held;
  lock(&held);
  slots_finish_free();
  FILE *maps = fopen("/proc/self/maps", "r");
  bool matches = maps != NULL;
  if (maps) {
    read_inodes(maps, inodes);
    rewind(maps);
    matches = compare_all(maps, inodes);
    fclose(maps);
  }
  unlock(&held);
  return matches;
}
