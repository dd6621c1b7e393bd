/* Frames: which are free, which of the free ones are warm, and who could see them.
 * Frames that the library has filled stay warm when they are freed, up to
 * a limit, because a first write to a frame whose memory is there costs a third
 * of one that the kernel must fill first. All others go back to the system. */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "internal.h"

enum { WARM_LEAST = 1024 }; /* frames: 64 MiB */

static bool is_used(uint8_t state) {
  return state == USED || state == FULL;
}

static void set_state(struct frame frame, uint8_t state) {
  uint8_t *both = &registry.states[frame.index], before = state_of(frame);
  registry.stats.frames_cached += (size_t)(state == WARM) - (before == WARM);
  registry.stats.frames_in_use += (size_t)is_used(state) - is_used(before);
  *both = (uint8_t)(state | (*both & TAKEN));
  if (state <= WARM && frame.index < registry.free_hint) registry.free_hint = frame.index;
  if (state == WARM && frame.index < registry.warm_hint) registry.warm_hint = frame.index;
}

/* ---- Giving back ---- */

/* Gives the memory of a free frame back to the system; if it does not take it, the
 * frame stays warm. */
void frame_discard(struct frame frame) {
  set_state(frame, madvise(window_of(frame), CHUNKSIZE, MADV_REMOVE) == 0 ? COLD : WARM);
}

/* A table that is copied and written again and again needs about as many free frames
 * as it has chunks written in between. */
static size_t warm_limit(void) {
  return registry.stats.frames_in_use / 4 > WARM_LEAST ? registry.stats.frames_in_use / 4 : WARM_LEAST;
}

/* The slots no longer map their frames: they go, if no other slot maps them. */
void frames_release(struct slot slot, size_t count) {
  for (size_t i = 0; i < count; i++) {
    struct frame frame = frame_of(slot_plus(slot, i));
    if (frame.index == 0 || ring_leave(slot_plus(slot, i))) continue;
    if (frame_is_foreign(frame)) {
      set_state(frame, LIMBO);
      registry.seen[frame.index].until = generation_newest;
    } else if (state_of(frame) == FULL && registry.stats.frames_cached < warm_limit()) {
      set_state(frame, WARM);
    } else {
      frame_discard(frame);
    }
  }
}

/* Unmaps the slot and those beside it that are FREED. Returns false if the kernel does
 * not let it, if it would take the last mappings, or while a fork is under way. */
static bool unmap_around(struct slot slot) {
  struct slot first = slot, end = slot;
  while (maps_of((struct slot){first.index - 1}) & FREED) first.index--;
  while (maps_of(end) & FREED) end.index++;
  size_t count = end.index - first.index;
  /* Beside what is FREE nothing is cut. */
  bool dear = maps_of((struct slot){first.index - 1}) && maps_of(end) && mapping_is_dear(first, count);
  if (registry.forks > 0 || dear || mapping_close(first, count) != 0) return false;
  frames_release(first, count);
  mapping_record(first, count, ALL, FREE);
  return true;
}

/* The user frees live slots. */
void frames_free(struct slot slot, size_t count) {
  mapping_record(slot, count, 0, FREED);
  unmap_around(slot);
}

/* A private slot gives up its hold on a frame. */
void frames_let_go(struct slot slot) {
  frames_release(slot, 1);
  mapping_record(slot, 1, ALL, PRIVATE | WRITABLE);
}

/* Has the slot in private memory, which needs no frame; it lets go of the one it had, but
 * not during a fork: then only the mapping may change. */
int frames_make_private(struct slot slot) {
  if (mapping_make_private(slot) != 0) return -1;
  if (registry.forks == 0) frames_let_go(slot);
  return 0;
}

/* Does what the kernel has refused before, if there is room again: unmaps FREED slots
 * and maps LOST ones. */
void frames_retry(void) {
  size_t room = registry.mapping_budget / 64;
  if (registry.forks > 0 || registry.stats.kernel_mappings + room > registry.mapping_budget) return;
  for (struct slot slot = {1}; slot.index < registry.end && registry.unfinished > 0; slot.index++) {
    if ((maps_of(slot) & (LOST | FREED)) == LOST) frames_make_private(slot);
    if (maps_of(slot) & FREED && !unmap_around(slot)) return;
  }
}

/* ---- Relatives ---- */

/* Takes back the frames that only relatives could see who are gone: all, or the newest. */
void frames_recover(bool all) {
  if (registry.forks > 0 || !generation_forget_gone(all)) return;
  for (struct frame frame = {1}; frame.index < registry.end; frame.index++) {
    struct seen *seen = &registry.seen[frame.index];
    bool limbo = state_of(frame) == LIMBO;
    if (seen->from == 0 || generation_lives(seen->from, limbo ? seen->until : FOREVER)) continue;
    seen->from = 0;
    if (limbo) frame_discard(frame);
  }
}

/* Before a fork: its child will see every frame in use. */
void frames_mark_seen(void) {
  for (uint32_t i = 1; i < registry.end; i++) {
    if (is_used(state_of((struct frame){i})) && registry.seen[i].from == 0) {
      registry.seen[i].from = generation_newest;
    }
  }
}

/* In a child: all frames are the parent's, the free ones too. */
void frames_leave_to_parent(void) {
  for (struct frame frame = {1}; frame.index < registry.end; frame.index++) {
    struct seen *seen = &registry.seen[frame.index];
    if (state_of(frame) < USED) {
      set_state(frame, LIMBO);
      *seen = (struct seen){1, FOREVER};
    } else if (seen->from != 0) {
      seen->from = generation_that_stays(seen->from);
    }
  }
  registry.added = 0;
}

/* ---- Finding ---- */

/* Count neighbouring free slots whose homes are free, if need be in new memory. */
struct slot frames_find_room(size_t count) {
  struct slot found = space_find(count);
  if (!found.index) {
    frames_recover(true);
    found = space_find(count);
  }
  return found.index || !space_grow(count) ? found : space_find(count);
}

static struct frame find_warm(void) {
  registry.warm_hint = space_first(registry.warm_hint, WARM, WARM | TAKEN);
  return (struct frame){registry.warm_hint};
}

/* The free frame onto which to move the slot. Home keeps the kernel's mappings few;
 * so does the home of a slot that shares with it, because its neighbours move beside
 * it; warm is fast, and preferred while mappings are plentiful. */
struct frame frame_find(struct slot slot) {
  struct frame home = home_of(slot), beside = {record_of(slot)->next ? record_of(slot)->next : slot.index};
  bool plentiful = registry.stats.kernel_mappings < registry.mapping_budget / 2;
  if (state_of(home) == WARM) return home;
  if (state_of(beside) == WARM) return beside;
  if (registry.stats.frames_cached > 0 && plentiful) return find_warm();
  if (frame_is_free(home)) return home;
  if (frame_is_free(beside)) return beside;
  if (registry.stats.frames_cached > 0) return find_warm();
  struct slot room = frames_find_room(1);
  if (room.index) return home_of(room);
  uint32_t last = space_first(0, COLD | TAKEN, WARM | TAKEN);
  return (struct frame){last < registry.end ? last : 0};
}

/* ---- Contents ---- */

/* Fills a free frame, which is FULL then. Returns -1 if the kernel gives no memory; without populating
 * it first, that would be a SIGBUS. */
int frame_fill(struct frame target, const char *bytes) {
  char *to = window_of(target);
  if (state_of(target) == WARM) {
    /* One read maps all pages writable at once (the kernel's fault-around), where
     * writes would fault page by page. */
    (void)*(volatile char *)to;
  } else if (madvise(to, CHUNKSIZE, MADV_POPULATE_WRITE) != 0 && errno != EINVAL) {
    return -1; /* EINVAL: a kernel before Linux 5.14 */
  }
  memcpy(to, bytes, CHUNKSIZE);
  set_state(target, FULL);
  return 0;
}

/* Copies one that is in use. Reading it has the kernel find all of its memory. */
int frame_copy(struct frame target, struct frame source) {
  if (frame_fill(target, window_of(source)) != 0) return -1;
  set_state(source, FULL);
  return 0;
}

/* Slots map free frames, which are to read as zeros, or to be written by the caller. */
void frames_claim(struct frame frame, size_t count, bool zeroed) {
  for (size_t i = 0; i < count; i++) {
    struct frame one = frame_plus(frame, i);
    if (zeroed && state_of(one) == WARM) memset(window_of(one), 0, CHUNKSIZE);
    set_state(one, USED);
  }
}
