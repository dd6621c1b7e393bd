#include "check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../harness/maps.h"
#include "internal.h"

#define HOLDS(condition) \
  if (!(condition)) return fprintf(stderr, "check.c:%d: not so: %s\n", __LINE__, #condition), false

/* ---- Records ---- */

struct totals {
  size_t live, sharing, rings, used, warm, unfinished, unframed;
};

/* The ring is closed both ways and all its members hold the slot's frame; rule 1: none
 * may write to it. */
static bool ring_is_valid(struct slot slot, struct totals *totals) {
  struct slot member = slot;
  uint32_t smallest = slot.index;
  size_t members = 0;
  do {
    const struct slot_record *record = record_of(member);
    HOLDS(++members < registry.end);
    if (record->next == 0) break;
    HOLDS(frame_of(member).index == frame_of(slot).index);
    HOLDS(!(record->maps & WRITABLE) || record->maps & PRIVATE);
    HOLDS(registry.slots[record->next].previous == member.index);
    member.index = record->next;
    if (member.index < smallest) smallest = member.index;
  } while (member.index != slot.index);
  HOLDS(members > 1 || ring_is_alone(slot));
  if (members > 1) totals->sharing++;
  if (smallest == slot.index) totals->rings++;
  return true;
}

/* Rule 1 again: a writable frame is this slot's alone, in all processes. */
static bool slot_is_valid(struct slot slot, struct totals *totals) {
  uint32_t maps = maps_of(slot);
  totals->live += is_live(maps);
  totals->unfinished += (maps & (LOST | FREED)) != 0;
  totals->unframed += is_memory_without_frame(maps);
  HOLDS((maps == FREE) == !(registry.states[slot.index] & TAKEN));
  if (frame_of(slot).index == 0) {
    HOLDS(ring_is_alone(slot) && (maps == FREE || maps & PRIVATE));
    return true;
  }
  uint8_t state = state_of(frame_of(slot));
  HOLDS(state == USED || state == FULL);
  HOLDS(!(maps & PRIVATE) || registry.forks > 0);
  HOLDS(maps & PRIVATE || !(maps & WRITABLE) || (ring_is_alone(slot) && !frame_is_foreign(frame_of(slot))));
  return ring_is_valid(slot, totals);
}

static bool frame_is_valid(struct frame frame, struct totals *totals) {
  uint8_t state = state_of(frame);
  totals->used += state == USED || state == FULL;
  totals->warm += state == WARM;
  HOLDS(state <= ABSENT);
  HOLDS(state != LIMBO || frame_is_foreign(frame));
  HOLDS(state != WARM || frame.index >= registry.warm_hint);
  HOLDS(registry.states[frame.index] > WARM || frame.index >= registry.free_hint);
  return true;
}

static bool registry_is_valid(void) {
  struct totals totals = {0};
  for (uint32_t i = 1; i < registry.end; i++) {
    if (!slot_is_valid((struct slot){i}, &totals) || !frame_is_valid((struct frame){i}, &totals))
      return false;
  }
  HOLDS(totals.live == registry.stats.live_chunks);
  HOLDS(totals.sharing == registry.stats.sharing_chunks);
  HOLDS(totals.rings == totals.used && totals.used + totals.unframed == registry.stats.frames_in_use);
  HOLDS(totals.warm == registry.stats.frames_cached);
  HOLDS(totals.unfinished == registry.unfinished);
  if (registry.end == 0) return true;
  HOLDS(registry.stats.kernel_mappings ==
        registry.fixed_mappings + mapping_boundaries((struct slot){1}, registry.end - 1));
  return true;
}

/* Rule 2: what was private and writable at the last check still has its frame and its
 * rights, unless it was freed. Call it again after what may change that. */
static uint32_t *writable_before;

static bool rule_two_holds(bool anew) {
  static uint32_t known;
  if (!writable_before) writable_before = calloc(registry.span ? registry.span : 1, sizeof *writable_before);
  for (uint32_t i = 1; i < registry.end; i++) {
    uint32_t before = i < known ? writable_before[i] : FREE, now = registry.slots[i].maps;
    bool kept = before == FREE || now == FREE || now & FREED || now == before;
    if (!anew && !kept) fprintf(stderr, "slot %u was recorded as %x and is %x now\n", i, before, now);
    HOLDS(anew || kept);
    writable_before[i] = now & WRITABLE ? now : FREE;
  }
  known = registry.end;
  return true;
}

int lazycopy_is_valid(int may_move) {
  fork_enter();
  bool valid = registry_is_valid() && (registry.end == 0 || rule_two_holds(may_move));
  lock_give(0);
  return valid;
}

/* ---- The kernel ---- */

enum { SEGMENTS = 64 };

/* What the kernel says of the window: a line for each segment. */
static size_t read_segments(FILE *maps, struct mapping *segments) {
  struct mapping line;
  size_t count = 0;
  while (maps_next(maps, &line)) {
    if (line.start < (uintptr_t)registry.windows || line.start >= (uintptr_t)registry.slots) continue;
    if (line.inode != 0 && count < SEGMENTS) segments[count++] = line;
  }
  return count;
}

static const struct mapping *segment_of(struct frame frame, const struct mapping *segments, size_t count) {
  for (size_t i = 0; i < count; i++) {
    if ((uintptr_t)window_of(frame) >= segments[i].start && (uintptr_t)window_of(frame) < segments[i].end) {
      return &segments[i];
    }
  }
  return NULL;
}

static bool slot_matches(struct slot slot, const struct mapping *line, const struct mapping *segments,
                         size_t count) {
  uint32_t maps = maps_of(slot);
  if (maps == FREE || maps & LOST) return strcmp(line->permissions, "---p") == 0;
  if (maps & PRIVATE) return strcmp(line->permissions, "rw-p") == 0;
  const struct mapping *segment = segment_of(frame_of(slot), segments, count);
  return segment && strcmp(line->permissions, maps & WRITABLE ? "rw-s" : "r--s") == 0 &&
         line->inode == segment->inode &&
         line->offset + ((uintptr_t)view_of(slot) - line->start) ==
             (uintptr_t)window_of(frame_of(slot)) - segment->start + segment->offset;
}

static bool compare(FILE *maps, const struct mapping *segments, size_t count) {
  struct mapping line;
  size_t mappings = 0;
  bool any_private = false;
  uintptr_t view_end = (uintptr_t)view_of((struct slot){registry.end});
  while (maps_next(maps, &line)) {
    if (line.end <= (uintptr_t)view_of((struct slot){1}) || line.start >= view_end) continue;
    mappings++;
    struct slot slot = {(uint32_t)((line.start - (uintptr_t)registry.views) / CHUNKSIZE)};
    if (line.start <= (uintptr_t)registry.views) slot.index = 1;
    for (; slot.index < registry.end && (uintptr_t)view_of(slot) < line.end; slot.index++) {
      any_private |= maps_of(slot) & PRIVATE;
      if (slot_matches(slot, &line, segments, count)) continue;
      fprintf(stderr, "slot %u is recorded as %x and mapped as %s at offset %llx\n", slot.index,
              maps_of(slot), line.permissions, (unsigned long long)line.offset);
      return false;
    }
  }
  size_t last_is_taken = maps_of((struct slot){registry.end - 1}) != FREE;
  HOLDS(any_private ||
        mappings + last_is_taken == 1 + mapping_boundaries((struct slot){1}, registry.end - 1));
  return true;
}

int lazycopy_matches_kernel(void) {
  static struct mapping segments[SEGMENTS];
  fork_enter();
  FILE *maps = maps_open();
  bool matches = maps != NULL;
  if (maps && registry.end > 0) {
    size_t count = read_segments(maps, segments);
    rewind(maps);
    matches = compare(maps, segments, count);
  }
  maps_close(maps);
  lock_give(0);
  return matches;
}
