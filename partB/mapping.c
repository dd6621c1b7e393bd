/* What is mapped at the slots: every change is made here, in the kernel and then in the
 * records, so that the two agree whatever the kernel refuses. (Only make_private records
 * first, as it says.) What follows a refusal is after_refusal, for all of them. */
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "internal.h"

/* Would a change of the slots cut mappings that are short? */
bool mapping_is_dear(struct slot slot, size_t count) {
  return !is_room_for(2) && record_boundaries(slot, count) < 2;
}

/* ---- After a refusal ---- */

/* Says something about a chunk in one line: printf may not be called here. */
void mapping_announce(const char *what, struct slot slot) {
  char line[128] = "lazycopy: ", *end = stpcpy(stpcpy(line + strlen(line), what), " 0x");
  for (int shift = 8 * (int)sizeof(uintptr_t) - 4; shift >= 0; shift -= 4)
    *end++ = "0123456789abcdef"[(uintptr_t)view_of(slot) >> shift & 15];
  *end++ = '\n';
  if (syscall(SYS_write, STDERR_FILENO, line, end - line) < 0) return; /* nothing else can be done */
}

/* A live chunk's addresses belong to another mmap: whatever is written there from now on
 * would go to somebody else. */
static _Noreturn void end_program(struct slot slot) {
  mapping_announce("while the kernel refused a mapping, another one took the place of the chunk at", slot);
  abort();
}

/* A kernel that refuses to map something may already have unmapped what was there, and
 * another thread's mmap may come first: looks at each slot. What was live keeps its bytes
 * in its frame; addresses that may be somebody else's are never used again. */
static void after_refusal(struct slot slot, size_t count) {
  for (size_t i = 0; i < count; i++) {
    struct slot one = slot_plus(slot, i);
    enum hole hole = space_look_for_hole(one);
    if (hole == NO_HOLE) continue;
    if (!is_live(maps_of(one))) {
      record_set(one, 1, ALL, hole == HOLE_RESERVED ? FREE : STOLEN);
    } else if (hole == HOLE_TAKEN) {
      end_program(one);
    } else {
      record_set(one, 1, STATE, UNMAPPED);
    }
  }
}

/* Before something is mapped at a slot: if it is UNMAPPED, nobody else may have been there first. */
static bool is_ready(struct slot slot) {
  if (slot_state(slot) != UNMAPPED) return true;
  enum hole hole = space_look_for_hole(slot);
  if (hole == HOLE_TAKEN) end_program(slot);
  return hole != HOLE_OPEN;
}

/* ---- Mapping ---- */

static bool map_writable(struct slot slot, size_t size, struct frame frame) {
  if (!space_map_again(window_of(frame), size, view_of(slot))) return false;
  madvise(view_of(slot), size, MADV_DODUMP); /* undoes what was inherited from the window */
  return true;
}

/* Slots have been mapped; or the kernel has refused it, and they are as after_refusal found them. */
static bool record_if(bool is_mapped, struct slot slot, size_t count, uint32_t maps) {
  if (is_mapped) {
    record_set(slot, count, ALL, maps);
  } else {
    after_refusal(slot, count);
  }
  return is_mapped;
}

/* Maps FREE slots to their homes; or to private memory, where nothing can be shared. */
bool mapping_open(struct slot slot, size_t count, bool private) {
  size_t size = count * CHUNKSIZE;
  if (!private) return record_if(map_writable(slot, size, home_of(slot)), slot, count, slot.index | WRITABLE);
  int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED;
  void *memory = mmap(view_of(slot), size, PROT_READ | PROT_WRITE, flags, -1, 0);
  return record_if(memory != MAP_FAILED, slot, count, PRIVATE);
}

/* Maps consecutive frames, not to be written, at a place that nobody else knows: moved from there, or
 * mapped a second time, they are READ_ONLY at a slot from the first moment. NULL if the kernel refuses,
 * or chooses the hole of a slot, where they would be taken for somebody else's. */
char *mapping_lend(struct frame frame, size_t count) {
  size_t size = count * CHUNKSIZE;
  char *place = mremap(window_of(frame), 0, size, MREMAP_MAYMOVE);
  if (place == MAP_FAILED) return NULL;
  madvise(place, size, MADV_DODUMP);
  if (!space_contains(place) && mprotect(place, size, PROT_READ) == 0) return place;
  munmap(place, size);
  return NULL;
}

/* Maps slots to the consecutive frames of the source, which are mapped at from, not to be written: slots
 * that are FREE, or that hold other frames. Those that are ASLEEP stay so. */
bool mapping_share(struct slot slot, size_t count, struct slot source, char *from) {
  uint32_t frame = frame_of(source).index, now = slot_state(slot) == ASLEEP ? ASLEEP : READ_ONLY;
  if (!is_ready(slot)) return false;
  bool is_mapped = now == ASLEEP || space_map_again(from, count * CHUNKSIZE, view_of(slot));
  if (record_if(is_mapped, slot, count, frame | now)) ring_join(slot, count, source);
  return is_mapped;
}

/* Maps live slots to consecutive frames that hold the same bytes, writable, in one step
 * for whoever reads them. What is private comes alone; if it has been unmapped, only the new frame
 * has its bytes. */
bool mapping_move(struct slot slot, size_t count, struct frame frame) {
  if (!is_ready(slot)) return false;
  bool is_mapped = map_writable(slot, count * CHUNKSIZE, frame);
  record_if(is_mapped, slot, count, frame.index | WRITABLE);
  if (frame_of(slot).index == 0 && slot_state(slot) == UNMAPPED) record_set(slot, 1, 0, frame.index);
  return is_mapped;
}

/* Maps slots that are ASLEEP, or one that is UNMAPPED, to their consecutive frames. */
bool mapping_wake(struct slot slot, size_t count) {
  if (!is_ready(slot)) return false;
  size_t size = count * CHUNKSIZE;
  char *lent = mapping_lend(frame_of(slot), count);
  if (!lent) return false;
  bool is_moved = mremap(lent, size, size, MREMAP_MAYMOVE | MREMAP_FIXED, view_of(slot)) != MAP_FAILED;
  if (!is_moved) munmap(lent, size);
  return record_if(is_moved, slot, count, frame_of(slot).index | READ_ONLY);
}

/* What other threads have written to the frame since its bytes were copied: it belongs into
 * the copy, unless they have written to the same byte there, too. */
static void carry_over(char *copy, const volatile char *frame, const char *before) {
  for (size_t i = 0; i < CHUNKSIZE; i++) {
    char expected = before[i], now = frame[i];
    if (now != expected)
      __atomic_compare_exchange_n(&copy[i], &expected, now, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
  }
}

/* Gives a slot private memory with its bytes; it keeps its hold on its frame. The one word of its state
 * changes before the mapping does, and nothing else, because a child may be forked meanwhile (see fork.c). A
 * slot that is writable still, because mprotect was refused, may be written until its frame is unmapped. */
bool mapping_make_private(struct slot slot) {
  uint32_t before = maps_of(slot);
  if (!is_ready(slot)) return false;
  /* MAP_NORESERVE, as few mappings have it: else all private chunks would belong to one neighbour's
   * anon_vma of the kernel's, and each walk of it would pass them all. */
  int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE | MAP_NORESERVE;
  char *copy = mmap(NULL, 2 * CHUNKSIZE, PROT_READ | PROT_WRITE, flags, -1, 0);
  if (copy == MAP_FAILED) return false;
  char *second = copy + CHUNKSIZE;
  bool is_there = probe_is_readable(view_of(slot)); /* if not, its frame has its bytes */
  memcpy(second, is_there ? view_of(slot) : window_of(frame_of(slot)), CHUNKSIZE);
  memcpy(copy, second, CHUNKSIZE);
  record_set(slot, 1, STATE, LEAVING);
  if (mremap(copy, CHUNKSIZE, CHUNKSIZE, MREMAP_MAYMOVE | MREMAP_FIXED, view_of(slot)) == MAP_FAILED) {
    munmap(copy, 2 * CHUNKSIZE);
    record_set(slot, 1, STATE, before & STATE);
    after_refusal(slot, 1);
    return false;
  }
  if (is_writable(before)) carry_over(view_of(slot), window_of(frame_of(slot)), second);
  munmap(second, CHUNKSIZE);
  return true;
}

/* Unmaps slots that are ZOMBIE: their addresses are reserved again. Those of one that is UNMAPPED
 * may be somebody else's, so that it comes alone, and is looked at. */
bool mapping_close(struct slot slot, size_t count) {
  bool is_unmapped = slot_state(slot) == UNMAPPED;
  bool is_closed = is_unmapped || space_reserve(slot, count);
  if (is_unmapped || !is_closed) after_refusal(slot, count);
  if (is_closed && maps_of(slot) & ZOMBIE) record_set(slot, count, ALL, FREE);
  return is_closed;
}

/* ---- Protection ---- */

/* Gives the right to write to a slot: to what is DOUBTFUL or PROTECTED together with such
 * neighbours, as a run they need no more mappings than before. */
bool mapping_unprotect(struct slot slot) {
  uint32_t state = slot_state(slot), now = is_private(maps_of(slot)) ? PRIVATE : WRITABLE;
  struct slot first = slot, end = slot_plus(slot, 1);
  while (state != READ_ONLY && slot_state((struct slot){first.index - 1}) == state) first.index--;
  while (state != READ_ONLY && slot_state(end) == state) end.index++;
  size_t count = end.index - first.index;
  if (mprotect(view_of(first), count * CHUNKSIZE, PROT_READ | PROT_WRITE) != 0) return false;
  record_set(first, count, STATE, now);
  return true;
}

/* A refused mprotect may have done a part of its work; then the right is given back. */
static bool protect_run(struct slot slot, size_t count, uint32_t now, uint32_t in_doubt) {
  bool is_taken = mprotect(view_of(slot), count * CHUNKSIZE, PROT_READ) == 0;
  record_set(slot, count, STATE, is_taken ? now : in_doubt);
  if (!is_taken) mapping_unprotect(slot);
  return is_taken;
}

/* Takes the right to write from all slots that map their frames, run by run. */
bool mapping_protect(struct slot slot, size_t count) {
  for (size_t i = 0, length; i < count; i += length + 1) {
    struct slot first = slot_plus(slot, i);
    for (length = 0; i + length < count && is_writable(maps_of(slot_plus(first, length)));) length++;
    if (length > 0 && !protect_run(first, length, READ_ONLY, DOUBTFUL)) return false;
  }
  return true;
}

bool mapping_protect_private(struct slot slot) {
  return protect_run(slot, 1, PROTECTED, PROTECTED);
}
