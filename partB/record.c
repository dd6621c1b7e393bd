/* What is recorded of the slots: the words that say what they map, and what is counted of
 * them. Only mapping.c changes what they map; slot.c changes what has no mapping of its
 * own: who is ZOMBIE, and who leaves its frame. */
#include "internal.h"

/* What the kernel has mapped there, in the words of the records. */
static uint32_t kernel_has(size_t index) {
  uint32_t maps = registry.slots[index].maps & ~ZOMBIE, state = maps & STATE;
  if (state >= ASLEEP) return FREE;
  return state == DOUBTFUL ? maps - DOUBTFUL + WRITABLE : maps;
}

/* Two neighbours are one mapping if both are FREE, or if the second holds the frame
 * behind the first's. (Private memory is counted as one for each slot, though the kernel
 * may merge it.) */
static bool is_boundary(size_t index) {
  uint32_t before = kernel_has(index - 1), here = kernel_has(index);
  return here >= PRIVATE || here != before + (before != FREE);
}

/* How many of the kernel's mappings begin at the slots or right behind them. */
size_t record_boundaries(struct slot slot, size_t count) {
  size_t boundaries = 0;
  for (size_t i = 0; i <= count; i++) boundaries += is_boundary(slot.index + i);
  return boundaries;
}

static void count_change(struct slot slot, uint32_t before, uint32_t after) {
  uint8_t *state = &registry.states[slot.index];
  *state = after == FREE ? *state & (uint8_t)~OCCUPIED : *state | OCCUPIED;
  registry.stats.live_chunks += (size_t)is_live(after) - is_live(before);
  registry.unfinished += (size_t)is_unfinished(after) - is_unfinished(before);
  registry.stats.frames_in_use += (size_t)is_private(after) - is_private(before);
}

/* Records what the slots map: without what is to be cleared, and with what is set, which may
 * be consecutive frames. Who gives up a frame leaves the ring, and the last one releases it. */
void record_set(struct slot slot, size_t count, uint32_t clear, uint32_t set) {
  struct unused unused = {0};
  registry.stats.kernel_mappings -= record_boundaries(slot, count);
  for (uint32_t i = 0; i < count; i++) {
    struct slot one = slot_plus(slot, i);
    struct frame left = frame_of(one);
    uint32_t before = maps_of(one), after = (before & ~clear) | (set & FRAME ? set + i : set);
    record_of(one)->maps = after;
    count_change(one, before, after);
    if (left.index == frame_of(one).index) continue;
    if (frame_is_free(frame_of(one))) frame_use(frame_of(one));
    if (left.index && !ring_leave(one)) frame_release(left, &unused);
  }
  frame_discard(unused);
  registry.stats.kernel_mappings += record_boundaries(slot, count);
  if (maps_of(slot) == FREE && slot.index < registry.free_hint) registry.free_hint = slot.index;
}

/* Counts anew what is counted as slots and frames change: in a child, which may have been
 * forked while another thread was counting. */
void record_recount(void) {
  struct chunk_stats *stats = &registry.stats;
  stats->live_chunks = stats->sharing_chunks = stats->frames_in_use = stats->frames_cached = 0;
  stats->kernel_mappings = registry.fixed_mappings;
  registry.unfinished = 0;
  for (struct slot slot = {1}; slot.index < registry.end; slot.index++) {
    count_change(slot, FREE, maps_of(slot));
    stats->sharing_chunks += !ring_is_alone(slot);
    stats->frames_in_use += is_used(frame_state(home_of(slot)));
    stats->frames_cached += frame_state(home_of(slot)) == FREE_WARM;
  }
  if (registry.end > 0) stats->kernel_mappings += record_boundaries((struct slot){1}, registry.end - 1);
}
