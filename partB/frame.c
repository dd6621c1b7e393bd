/* Frames: which are free, which of the free ones are warm, what is in them, and which
 * relatives have seen them. Frames that the library has filled stay warm when they are
 * released, up to a limit, because a first write to a frame whose memory is there costs
 * a third of one that the kernel must fill first. All others go back to the system. */
#include <string.h>

#include "internal.h"

enum { WARM_LEAST = 1024 }; /* frames: 64 MiB */

static void set_state(struct frame frame, uint8_t state) {
  uint8_t *both = &registry.states[frame.index], before = frame_state(frame);
  registry.stats.frames_cached += (size_t)(state == FREE_WARM) - (before == FREE_WARM);
  registry.stats.frames_in_use += (size_t)is_used(state) - is_used(before);
  *both = (uint8_t)(state | (*both & OCCUPIED));
  if (state <= FREE_WARM && frame.index < registry.free_hint) registry.free_hint = frame.index;
  if (state == FREE_WARM && frame.index < registry.warm_hint) registry.warm_hint = frame.index;
}

/* ---- Giving back ---- */

/* Gives the memory of frames that nobody holds back to the system, in one call. If the system
 * does not take it (memory that is locked), a frame is warm, once all of its memory is there. */
void frame_discard(struct unused unused) {
  bool taken = unused.count > 0 &&
               madvise(window_of(unused.first), unused.count * (size_t)CHUNKSIZE, MADV_REMOVE) == 0;
  for (size_t i = 0; i < unused.count; i++) {
    struct frame one = frame_plus(unused.first, i);
    bool warm = frame_state(one) == USED_WARM || frame_state(one) == FREE_WARM;
    if (taken) {
      set_state(one, FREE_COLD);
    } else {
      set_state(one, warm || probe_populate(window_of(one), CHUNKSIZE) ? FREE_WARM : LIMBO);
    }
  }
}

/* This one is to be discarded, as well: together with those before, if it is next to them. */
static void discard_later(struct unused *unused, struct frame frame) {
  if (frame.index != unused->first.index + unused->count) {
    frame_discard(*unused);
    *unused = (struct unused){frame, 0};
  }
  unused->count++;
}

/* A table that is copied and written again and again needs about as many free frames
 * as it has chunks written in between. */
static size_t warm_limit(void) {
  return registry.stats.frames_in_use / 4 > WARM_LEAST ? registry.stats.frames_in_use / 4 : WARM_LEAST;
}

/* A slot comes to hold the frame, which was free. */
void frame_use(struct frame frame) {
  set_state(frame, frame_state(frame) == FREE_WARM ? USED_WARM : USED_COLD);
}

/* The last slot that held the frame has given it up: it is free, or to be discarded. */
void frame_release(struct frame frame, struct unused *unused) {
  if (frame_is_seen(frame)) {
    set_state(frame, LIMBO);
    registry.seen[frame.index].until = generation_newest;
  } else if (frame_state(frame) == USED_WARM && registry.stats.frames_cached < warm_limit()) {
    set_state(frame, FREE_WARM);
  } else {
    discard_later(unused, frame);
  }
}

/* ---- Relatives ---- */

/* Takes a frame back if the relatives are gone that have seen it. Returns whether it is to be
 * discarded then. */
static bool recover(struct frame frame) {
  struct seen *seen = &registry.seen[frame.index];
  bool is_limbo = frame_state(frame) == LIMBO;
  if (seen->from != 0 && generation_lives(seen->from, is_limbo ? seen->until : FOREVER)) return false;
  seen->from = 0;
  return is_limbo;
}

/* Takes back the frames that only relatives have seen who are gone: all, or the newest. */
void frame_recover(bool all) {
  if (registry.forks > 0 || !generation_forget_gone(all)) return;
  struct unused unused = {0};
  for (struct frame frame = {1}; frame.index < registry.end; frame.index++) {
    if (recover(frame)) discard_later(&unused, frame);
  }
  frame_discard(unused);
}

/* Discards the warm frames, once, and what the system did not take before: those that it does not take
 * now stay warm. (While a fork is under way, frames are left alone.) */
void frame_trim(void) {
  struct unused unused = {0};
  for (struct frame frame = {1}; frame.index < registry.end && registry.forks == 0; frame.index++) {
    if (frame_state(frame) == FREE_WARM || recover(frame)) discard_later(&unused, frame);
  }
  frame_discard(unused);
}

/* Before a fork: its child will see every frame in use. */
void frame_mark_seen(void) {
  for (struct frame frame = {1}; frame.index < registry.end; frame.index++) {
    if (is_used(frame_state(frame)) && !frame_is_seen(frame))
      registry.seen[frame.index].from = generation_newest;
  }
}

/* In a child: all frames are the parent's, the free ones as well. */
void frame_leave_to_parent(void) {
  for (struct frame frame = {1}; frame.index < registry.end; frame.index++) {
    struct seen *seen = &registry.seen[frame.index];
    if (frame_state(frame) < USED_COLD) {
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
struct slot frame_find_room(size_t count) {
  struct slot found = space_find(count);
  if (!found.index) {
    frame_recover(true);
    found = space_find(count);
  }
  return found.index || !space_grow(count) ? found : space_find(count);
}

static struct frame find_warm(void) {
  registry.warm_hint = space_first_frame(registry.warm_hint, FREE_WARM);
  return (struct frame){registry.warm_hint};
}

/* The free frame onto which to move the slot. Home keeps the kernel's mappings few;
 * so does the home of a slot that shares with it, because its neighbours move beside
 * it; warm is fast, and preferred while mappings are plentiful. */
struct frame frame_find(struct slot slot) {
  struct frame home = home_of(slot),
               beside = ring_is_alone(slot) ? home : (struct frame){record_of(slot)->next};
  if (frame_state(home) == FREE_WARM) return home;
  if (frame_state(beside) == FREE_WARM) return beside;
  if (registry.stats.frames_cached > 0 && is_room_for(registry.mapping_budget / 2)) return find_warm();
  if (frame_is_free(home)) return home;
  if (frame_is_free(beside)) return beside;
  if (registry.stats.frames_cached > 0) return find_warm();
  struct slot room = frame_find_room(1);
  if (room.index) return home_of(room);
  uint32_t last = space_first_frame(0, FREE_COLD);
  return (struct frame){last < registry.end ? last : 0};
}

/* ---- Contents ---- */

/* Has all memory of a free frame there, as it is to be filled: it is warm then. */
bool frame_prepare(struct frame target) {
  BELIEVE(frame_is_free(target));
  registry.memory_is_short =
      frame_state(target) != FREE_WARM && !probe_populate(window_of(target), CHUNKSIZE);
  if (registry.memory_is_short) {
    frame_discard((struct unused){target, 1}); /* a part of its memory may be there */
    return false;
  }
  /* One read maps all pages of a warm one writable at once (the kernel's fault-around), where
   * writes would fault page by page. */
  (void)*(volatile char *)window_of(target);
  set_state(target, FREE_WARM);
  return true;
}

/* Copies one that is in use. Reading it has the kernel find all of its memory. */
bool frame_copy(struct frame target, struct frame source) {
  if (!frame_prepare(target)) return false;
  memcpy(window_of(target), window_of(source), CHUNKSIZE);
  set_state(source, USED_WARM);
  return true;
}
