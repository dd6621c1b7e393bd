/* What is mapped at the slots: every change is made here, first in the kernel and
 * then in the records, so that the two agree.
 *
 * After a refusal all is as before, and the caller gets -1. Two things may be left
 * to do, and are done when the library is next used: a slot that the kernel has
 * unmapped before it refused is LOST, and one that it does not unmap is FREED. */
#include <errno.h>
#include <linux/futex.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "internal.h"

/* ---- Records ---- */

/* What the kernel has there. */
static uint32_t mapped(size_t index) {
  uint32_t maps = registry.slots[index].maps;
  return maps & LOST ? FREE : maps & ~(uint32_t)FREED;
}

static bool is_boundary(size_t index) {
  uint32_t before = mapped(index - 1), here = mapped(index);
  return here & PRIVATE || here != before + (before != FREE);
}

/* How many of the kernel's mappings begin at the slots or right behind them. (Private
 * memory is counted as one for each slot, though the kernel may merge it.) */
size_t mapping_boundaries(struct slot slot, size_t count) {
  size_t boundaries = 0;
  for (size_t i = 0; i <= count; i++) boundaries += is_boundary(slot.index + i);
  return boundaries;
}

/* Would a change of the slots cut mappings that are short? */
bool mapping_is_dear(struct slot slot, size_t count) {
  bool is_short = registry.stats.kernel_mappings + 2 > registry.mapping_budget;
  return is_short && mapping_boundaries(slot, count) < 2;
}

/* Records what the slots map: without what is lost, and with what is new, which may be
 * consecutive frames. */
void mapping_record(struct slot slot, size_t count, uint32_t lost, uint32_t new) {
  registry.stats.kernel_mappings -= mapping_boundaries(slot, count);
  for (uint32_t i = 0; i < count; i++) {
    uint32_t *maps = &record_of(slot_plus(slot, i))->maps, before = *maps;
    uint8_t *state = &registry.states[slot.index + i];
    *maps = (before & ~lost) | (new &FRAME ? new + i : new);
    *state = *maps == FREE ? *state & (uint8_t)~TAKEN : *state | TAKEN;
    registry.stats.live_chunks += (size_t)is_live(*maps) - is_live(before);
    registry.unfinished += (size_t)((*maps & (LOST | FREED)) != 0) - ((before & (LOST | FREED)) != 0);
    registry.stats.frames_in_use += (size_t)is_memory_without_frame(*maps) - is_memory_without_frame(before);
  }
  registry.stats.kernel_mappings += mapping_boundaries(slot, count);
  if (maps_of(slot) == FREE && slot.index < registry.free_hint) registry.free_hint = slot.index;
}

/* ---- Mapping ---- */

static int map_writable(struct slot slot, size_t size, struct frame frame) {
  if (space_map_again(window_of(frame), size, view_of(slot)) != 0) return -1;
  madvise(view_of(slot), size, MADV_DODUMP); /* undoes what was inherited from the window */
  return 0;
}

/* Free slots have been mapped; or the kernel has refused it. */
static int record_if(bool mapped, struct slot slot, size_t count, uint32_t maps) {
  if (mapped) {
    mapping_record(slot, count, ALL, maps);
  } else {
    space_reserve_hole(slot, count);
  }
  return mapped ? 0 : -1;
}

/* Maps free slots to their homes, writable. */
int mapping_open(struct slot slot, size_t count) {
  bool mapped = map_writable(slot, count * CHUNKSIZE, home_of(slot)) == 0;
  return record_if(mapped, slot, count, slot.index | WRITABLE);
}

/* Maps private memory at free slots: where nothing can be shared, or may be now. */
int mapping_open_private(struct slot slot, size_t count) {
  int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED;
  void *mapped = mmap(view_of(slot), count * CHUNKSIZE, PROT_READ | PROT_WRITE, flags, -1, 0);
  return record_if(mapped != MAP_FAILED, slot, count, PRIVATE | WRITABLE);
}

/* Maps free slots to the consecutive frames of the source, read-only as it is. */
int mapping_share(struct slot slot, size_t count, struct slot source) {
  bool mapped = space_map_again(view_of(source), count * CHUNKSIZE, view_of(slot)) == 0;
  return record_if(mapped, slot, count, maps_of(source));
}

/* Maps live slots to consecutive frames that hold the same bytes, in one step for
 * whoever reads them. Returns the flags to record, or -1. (LOST if the kernel has
 * unmapped the slots only: the bytes are in their new frames.) */
int mapping_move(struct slot slot, size_t count, struct frame frame) {
  if (map_writable(slot, count * CHUNKSIZE, frame) == 0) return WRITABLE;
  return space_reserve_hole(slot, count) ? LOST : -1;
}

/* Gives a live slot private memory with the same bytes, from its frame if it is LOST. It
 * keeps its hold on the frame: nothing but the one word changes, and that before the
 * mapping, because a child may be forked meanwhile (see fork.c). What is LOST is not
 * WRITABLE, or it would be protected, and then read as zeros. */
int mapping_make_private(struct slot slot) {
  int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE;
  char *copy = mmap(NULL, CHUNKSIZE, PROT_READ | PROT_WRITE, flags, -1, 0);
  if (copy == MAP_FAILED) return -1;
  memcpy(copy, mapping_is_readable(view_of(slot)) ? view_of(slot) : window_of(frame_of(slot)), CHUNKSIZE);
  uint32_t before = maps_of(slot);
  mapping_record(slot, 1, LOST, PRIVATE | WRITABLE);
  if (mremap(copy, CHUNKSIZE, CHUNKSIZE, MREMAP_MAYMOVE | MREMAP_FIXED, view_of(slot)) != MAP_FAILED)
    return 0;
  munmap(copy, CHUNKSIZE);
  mapping_record(slot, 1, ALL, space_reserve_hole(slot, 1) ? (before & ~(uint32_t)WRITABLE) | LOST : before);
  return -1;
}

/* Unmaps slots: their addresses are reserved again. The caller records it. */
int mapping_close(struct slot slot, size_t count) {
  return space_reserve(slot, count) || space_reserve_hole(slot, count) ? 0 : -1;
}

/* ---- Protection ---- */

/* Makes live slots read-only, or writable. A refused mprotect may have done part of
 * its work: then the protection is put back to what the records say. */
int mapping_protect(struct slot slot, size_t count, bool writable) {
  int protection = writable ? PROT_READ | PROT_WRITE : PROT_READ;
  if (mprotect(view_of(slot), count * CHUNKSIZE, protection) != 0) {
    for (size_t i = 0; i < count; i++) {
      struct slot one = slot_plus(slot, i);
      mprotect(view_of(one), CHUNKSIZE, maps_of(one) & WRITABLE ? PROT_READ | PROT_WRITE : PROT_READ);
    }
    return -1;
  }
  mapping_record(slot, count, WRITABLE, writable ? WRITABLE : 0);
  return 0;
}

/* May the kernel write there? Asks it to or a word with 0, which changes nothing
 * and, unlike a write of our own, fails with EFAULT instead of a signal. */
bool mapping_is_writable(const void *address) {
  uint32_t nobody = 0;
  void *word = (void *)((uintptr_t)address & ~(uintptr_t)3);
  int or_with_zero = FUTEX_OP(FUTEX_OP_OR, 0, FUTEX_OP_CMP_LT, 0);
  long result = syscall(SYS_futex, &nobody, FUTEX_WAKE_OP_PRIVATE, 0, NULL, word, or_with_zero);
  return result >= 0 || errno != EFAULT;
}

/* May it be read? Asks for a change of the signal mask that there is not, by the set of
 * signals that lies there: the kernel reads it first. */
bool mapping_is_readable(const void *address) {
  enum { SIZE = _NSIG / 8, NO_CHANGE = -1 };
  void *set = (void *)((uintptr_t)address & ~(uintptr_t)(SIZE - 1));
  return syscall(SYS_rt_sigprocmask, NO_CHANGE, set, NULL, SIZE) == 0 || errno != EFAULT;
}
