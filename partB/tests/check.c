#include "check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../measure/maps.h"
#include "internal.h"

/* The numbers are those of the beliefs in internal.h. */
#define HOLDS(number, belief) \
  if (!(belief))              \
  return fprintf(stderr, "check.c:%d: belief %d does not hold: %s\n", __LINE__, number, #belief), false

void lazycopy_disbelieve(const char *file, int line, const char *belief) {
  fprintf(stderr, "%s:%d: not so: %s\n", file, line, belief);
  abort();
}

/* ---- Records ---- */

struct totals {
  size_t rings, used;
};

/* Is the ring closed both ways, and do all its members hold the slot's frame? */
static bool ring_is_valid(struct slot slot, struct totals *totals) {
  struct slot member = slot;
  uint32_t smallest = slot.index;
  size_t members = 0;
  do {
    const struct slot_record *record = record_of(member);
    HOLDS(1, ++members < registry.end);
    if (record->next == 0) break;
    HOLDS(1, frame_of(member).index == frame_of(slot).index);
    HOLDS(1, registry.slots[record->next].previous == member.index);
    HOLDS(3, !is_writable(record->maps));
    member.index = record->next;
    if (member.index < smallest) smallest = member.index;
  } while (member.index != slot.index);
  HOLDS(1, members > 1 || ring_is_alone(slot));
  if (smallest == slot.index) totals->rings++;
  return true;
}

static bool slot_is_valid(struct slot slot, struct totals *totals) {
  uint32_t maps = maps_of(slot), state = slot_state(slot);
  bool holds_none = state == FREE || is_private(maps) || state == STOLEN;
  HOLDS(8, (maps == FREE) == !(registry.states[slot.index] & OCCUPIED));
  HOLDS(4, holds_none == (frame_of(slot).index == 0));
  HOLDS(4, record_of(slot)->pins == 0 || is_private(maps) || state == LEAVING);
  HOLDS(4, state <= STOLEN && !(maps & ZOMBIE && (state == FREE || state == STOLEN)));
  if (holds_none) {
    HOLDS(1, ring_is_alone(slot));
    return true;
  }
  HOLDS(2, is_used(frame_state(frame_of(slot))));
  HOLDS(5, state != LEAVING || registry.forks > 0);
  HOLDS(3, !is_writable(maps) || (ring_is_alone(slot) && !frame_is_seen(frame_of(slot))));
  return ring_is_valid(slot, totals);
}

static bool frame_is_valid(struct frame frame, struct totals *totals) {
  uint8_t state = frame_state(frame);
  totals->used += is_used(state);
  HOLDS(6, state <= ABSENT);
  HOLDS(7, state != FREE_WARM || frame.index >= registry.warm_hint);
  HOLDS(7, registry.states[frame.index] > FREE_WARM || frame.index >= registry.free_hint);
  return true;
}

/* That as many rings as used frames are found shows beliefs 1, 2 and 6: each frame in use has
 * one ring, and no other frame has any. */
static bool registry_is_valid(void) {
  struct totals totals = {0};
  for (uint32_t i = 1; i < registry.end; i++) {
    if (!slot_is_valid((struct slot){i}, &totals) || !frame_is_valid((struct frame){i}, &totals))
      return false;
  }
  HOLDS(2, totals.rings == totals.used);
  struct registry before = registry;
  record_recount();
  HOLDS(8, before.stats.live_chunks == registry.stats.live_chunks);
  HOLDS(8, before.stats.sharing_chunks == registry.stats.sharing_chunks);
  HOLDS(8, before.stats.frames_in_use == registry.stats.frames_in_use);
  HOLDS(8, before.stats.frames_cached == registry.stats.frames_cached);
  HOLDS(8, before.stats.kernel_mappings == registry.stats.kernel_mappings);
  HOLDS(8, before.unfinished == registry.unfinished);
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
    bool kept = before == FREE || now == FREE || now & ZOMBIE || now == before || is_unfinished(now);
    if (!anew && !kept) fprintf(stderr, "slot %u was recorded as %x and is %x now\n", i, before, now);
    if (!anew && !kept) return false;
    writable_before[i] = is_live(now) && ((now & STATE) == WRITABLE || (now & STATE) == PRIVATE) ? now : FREE;
  }
  known = registry.end;
  return true;
}

int lazycopy_is_valid(int may_move) {
  fork_take_lock();
  bool valid = registry_is_valid() && (registry.end == 0 || rule_two_holds(may_move));
  lock_give(0);
  return valid;
}

void lazycopy_limit_mappings(size_t mappings) {
  registry.mapping_budget = mappings;
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
  uint32_t maps = maps_of(slot), state = slot_state(slot);
  bool may_write = line->permissions[1] == 'w';
  if (state == STOLEN) return true;
  if (state == FREE || state == ASLEEP || state == UNMAPPED) return strcmp(line->permissions, "---p") == 0;
  if (is_private(maps) || state == LEAVING)
    return line->permissions[3] == 'p' && (may_write || state == PROTECTED);
  const struct mapping *segment = segment_of(frame_of(slot), segments, count);
  return segment && line->permissions[3] == 's' && (state == DOUBTFUL || may_write == (state == WRITABLE)) &&
         line->inode == segment->inode &&
         line->offset + ((uintptr_t)view_of(slot) - line->start) ==
             (uintptr_t)window_of(frame_of(slot)) - segment->start + segment->offset;
}

/* Has the kernel mapped more than reserved addresses? */
static size_t is_taken(struct slot slot) {
  return slot_state(slot) != FREE && slot_state(slot) < ASLEEP;
}

static bool compare(FILE *maps, const struct mapping *segments, size_t count) {
  struct mapping line;
  size_t mappings = 0;
  bool counts_differ = false;
  uintptr_t view_end = (uintptr_t)view_of((struct slot){registry.end});
  while (maps_next(maps, &line)) {
    if (line.end <= (uintptr_t)view_of((struct slot){1}) || line.start >= view_end) continue;
    mappings++;
    struct slot slot = {(uint32_t)((line.start - (uintptr_t)registry.views) / CHUNKSIZE)};
    if (line.start <= (uintptr_t)registry.views) slot.index = 1;
    for (; slot.index < registry.end && (uintptr_t)view_of(slot) < line.end; slot.index++) {
      if (slot_matches(slot, &line, segments, count)) continue;
      fprintf(stderr, "slot %u is recorded as %x and mapped as %s at offset %llx\n", slot.index,
              maps_of(slot), line.permissions, (unsigned long long)line.offset);
      return false;
    }
  }
  for (struct slot slot = {1}; slot.index < registry.end; slot.index++) {
    uint32_t word = maps_of(slot);
    counts_differ |= is_private(word) || is_unfinished(word) || (word & STATE) == STOLEN;
  }
  /* What is reserved before the first slot and behind the last is one mapping with them, if they are
   * only reserved as well. */
  size_t taken = is_taken((struct slot){1}) + is_taken((struct slot){registry.end - 1});
  HOLDS(8, counts_differ || mappings + taken == 1 + record_boundaries((struct slot){1}, registry.end - 1));
  return true;
}

int lazycopy_matches_kernel(void) {
  static struct mapping segments[SEGMENTS];
  fork_take_lock();
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
