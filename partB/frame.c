/* Frames: which are free, which of the free ones are warm, and what is in them.
 * Freed frames stay warm up to WARM_LIMIT, because a first write to a frame that
 * holds memory already costs a third of one that the kernel must fill first;
 * beyond that they go back to the system. */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sysinfo.h>
#include <unistd.h>

#include "internal.h"

/* ---- The warm list ---- */

/* Async-signal-safe. */
static void warm_add(struct place frame) {
  struct arena *arena = frame.arena;
  arena->next_warm[frame.index] = registry.warm;
  arena->previous_warm[frame.index] = 0;
  if (registry.warm) {
    struct place head = arena_place(registry.warm);
    head.arena->previous_warm[head.index] = number_of(frame);
  }
  registry.warm = number_of(frame);
  registry.warm_count++;
}

/* Async-signal-safe. */
static void warm_remove(struct place frame) {
  uint32_t next = frame.arena->next_warm[frame.index], previous = frame.arena->previous_warm[frame.index];
  if (next) {
    struct place after = arena_place(next);
    after.arena->previous_warm[after.index] = previous;
  }
  if (previous) {
    struct place before = arena_place(previous);
    before.arena->next_warm[before.index] = next;
  } else {
    registry.warm = next;
  }
  frame.arena->next_warm[frame.index] = frame.arena->previous_warm[frame.index] = 0;
  registry.warm_count--;
}

/* Async-signal-safe. */
static void set_state(struct place frame, enum frame_state state) {
  uint8_t *now = &frame.arena->state[frame.index];
  if (*now == state) return;
  if (*now == WARM) warm_remove(frame);
  if (*now == USED) registry.used--;
  frame.arena->occupied += (uint32_t)((state != COLD) - (*now != COLD));
  *now = (uint8_t)state;
  if (state == WARM) warm_add(frame);
  if (state == USED) registry.used++;
  if (state == COLD && frame.index < frame.arena->cold_hint) frame.arena->cold_hint = frame.index;
  arena_refresh_busy(frame.arena, frame.index);
}

/* ---- Claiming and releasing ---- */

/* Async-signal-safe. */
void frames_claim(struct place frame, size_t count) {
  for (size_t i = 0; i < count; i++) set_state(place_plus(frame, i), USED);
}

/* Gives the memory of free frames back to the system; if it does not take it,
 * they stay warm. Async-signal-safe. */
void frames_discard(struct place frame, size_t count) {
  bool discarded =
      count == 0 || frame.arena->is_private || madvise(window_of(frame), count * CHUNKSIZE, MADV_REMOVE) == 0;
  for (size_t i = 0; i < count; i++) {
    set_state(place_plus(frame, i), discarded ? COLD : WARM);
    if (!discarded) continue;
    bit_set(frame.arena->in_window, frame.index + (uint32_t)i, false);
    bit_set(frame.arena->filled, frame.index + (uint32_t)i, false);
  }
}

enum { ASK = 16 }; /* frames to ask about in one call */

/* Which of up to ASK frames hold memory? The user may never have touched them. What
 * is in swap looks like nothing, so with swap the answer is that they may.
 * Async-signal-safe. */
static void find_resident(struct place frame, size_t count, bool *may_be_resident) {
  unsigned char resident[ASK * CHUNKSIZE / 4096] = {0};
  size_t pages = CHUNKSIZE / (size_t)sysconf(_SC_PAGESIZE);
  bool all_known = true, unsure = false;
  struct sysinfo info;
  for (size_t i = 0; i < count; i++) all_known &= bit_is_set(frame.arena->filled, frame.index + (uint32_t)i);
  if (!all_known) unsure = mincore(window_of(frame), count * CHUNKSIZE, resident) != 0;
  if (!all_known && !unsure) unsure = sysinfo(&info) != 0 || info.totalswap > 0;
  for (size_t i = 0; i < count; i++) {
    bool is_filled = bit_is_set(frame.arena->filled, frame.index + (uint32_t)i);
    may_be_resident[i] = is_filled || unsure || memchr(resident + i * pages, 1, pages);
  }
}

/* Consecutive frames are no longer in use: keeps them warm, if they hold memory, or
 * gives their memory back. Async-signal-safe. */
static void retire(struct place frame, size_t count) {
  size_t room =
      registry.warm_count < WARM_LIMIT && !frame.arena->is_private ? WARM_LIMIT - registry.warm_count : 0;
  size_t kept = count < room ? count : room;
  bool may_be_resident[ASK];
  for (size_t i = 0; i < kept; i++) {
    if (i % ASK == 0) find_resident(place_plus(frame, i), kept - i < ASK ? kept - i : ASK, may_be_resident);
    set_state(place_plus(frame, i), may_be_resident[i % ASK] ? WARM : COLD);
  }
  frames_discard(place_plus(frame, kept), count - kept);
}

/* The slot no longer maps its frame. Returns whether the frame is to be retired.
 * Async-signal-safe. */
static bool leave_frame(struct place slot, struct place frame) {
  if (ring_leave(slot)) return false;
  if (!frame_is_foreign(frame)) return true;
  set_state(frame, LIMBO);
  fork_leave_frame(frame);
  return false;
}

/* The slots, no longer mapped or about to be mapped elsewhere, leave their frames,
 * which become free if no other slot maps them. Async-signal-safe. */
void frames_release(struct place slot, size_t count) {
  struct place run = {NULL, 0}; /* of frames to retire together */
  size_t length = 0;
  for (size_t i = 0; i < count; i++) {
    if (is_free(*mapping_of(place_plus(slot, i)) & NUMBER)) continue;
    struct place frame = frame_of(place_plus(slot, i));
    if (!leave_frame(place_plus(slot, i), frame)) continue;
    if (length > 0 && frame.arena == run.arena && frame.index == run.index + length) {
      length++;
      continue;
    }
    if (length > 0) retire(run, length);
    run = frame;
    length = 1;
  }
  if (length > 0) retire(run, length);
}

/* ---- Finding ---- */

/* Any frame without memory, or none. Async-signal-safe. */
static struct place find_cold(void) {
  for (struct arena *arena = registry.arenas; arena; arena = arena->next) {
    if (arena->inherited || arena->is_private || arena->cold_hint >= arena->count) continue;
    uint8_t *from = arena->state + arena->cold_hint;
    uint8_t *found = memchr(from, COLD, arena->count - arena->cold_hint);
    arena->cold_hint = found ? (uint32_t)(found - arena->state) : arena->count;
    if (found) return (struct place){arena, arena->cold_hint};
  }
  return (struct place){NULL, 0};
}

/* The free frame onto which to split the slot. Home keeps the kernel's mappings
 * few, warm is fast: home if it is warm, else any warm frame while mappings are
 * plentiful, else home. Async-signal-safe. */
struct place frame_find(struct place slot) {
  bool home_is_free = frame_is_free(slot);
  if (home_is_free && slot.arena->state[slot.index] == WARM) return slot;
  bool plentiful = registry.mappings < registry.mapping_budget / 2;
  if (registry.warm && (plentiful || !home_is_free)) return arena_place(registry.warm);
  if (home_is_free) return slot;
  struct place cold = find_cold();
  return cold.arena ? cold : arena_find_free(1, true);
}

/* ---- Contents ---- */

/* Has the kernel give memory to cold frames, all pages in one call. Returns -1 if
 * there is none; without this, that would be a SIGBUS. Async-signal-safe. */
static int populate(char *address, size_t size) {
  if (madvise(address, size, MADV_POPULATE_WRITE) == 0) return 0;
  return errno == EINVAL ? 0 : -1; /* EINVAL: a kernel before Linux 5.14 */
}

/* The whole frame has been written through the window. Async-signal-safe. */
static void note_filled(struct place frame) {
  bit_set(frame.arena->in_window, frame.index, true);
  bit_set(frame.arena->filled, frame.index, true);
}

/* Copies a chunk's bytes into a free frame. Returns -1 if the kernel gives no
 * memory. Async-signal-safe. */
int frame_fill(struct place target, const char *bytes) {
  char *to = window_of(target);
  if (target.arena->state[target.index] == WARM) {
    /* One read maps all pages of a resident frame writable at once (the kernel's
     * fault-around), where writes would fault page by page. */
    (void)*(volatile char *)to;
  } else if (populate(to, CHUNKSIZE) != 0) {
    return -1;
  }
  memcpy(to, bytes, CHUNKSIZE);
  note_filled(target);
  return 0;
}

/* Copies a frame into a free one. Returns -1 if the kernel gives no memory.
 * Async-signal-safe. */
int frame_copy(struct place target, struct place source) {
  bit_set(source.arena->in_window, source.index, true);
  return frame_fill(target, window_of(source));
}

/* Makes free frames read as zeros. */
void frames_clear(struct place frame, size_t count) {
  if (count > 1 && memchr(frame.arena->state + frame.index, WARM, count)) frames_discard(frame, count);
  for (size_t i = 0; i < count; i++) {
    struct place one = place_plus(frame, i);
    if (one.arena->state[one.index] != WARM) continue;
    (void)*(volatile char *)window_of(one); /* as in frame_fill */
    memset(window_of(one), 0, CHUNKSIZE);
    note_filled(one);
  }
}
