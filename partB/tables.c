/* Write-protecting a large block in next to no time. mprotect visits every page:
 * 23 ms for a GiB. But page tables can be moved as a whole, 2 MiB of address space
 * at a time, and the window is a good place for them, if it has none there yet:
 * it maps the same frames. MREMAP_DONTUNMAP (for shared memory since Linux 5.13)
 * takes them away from the view and leaves it mapped; its pages are found in
 * memory again when they are next touched. Then there is nothing for mprotect to
 * visit. */
#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#include "internal.h"

#ifndef MREMAP_DONTUNMAP
#define MREMAP_DONTUNMAP 4
#endif

enum {
  TABLE = SLOTS_STEP, /* slots that one page table maps, with 4 KiB pages */
  LEAST = 8 * TABLE,
};

/* Can the kernel do it, and as a whole and not page by page? */
static bool is_possible(const struct arena *arena) {
#if defined(__x86_64__) || defined(__aarch64__)
  static enum { UNKNOWN, NO, YES } possible;
  if (possible != UNKNOWN) return possible == YES;
  size_t page = (size_t)sysconf(_SC_PAGESIZE);
  /* The kernel looks at the fifth argument here, and refuses an odd one. */
  void *moved = mremap(arena->window, page, page, MREMAP_MAYMOVE | MREMAP_DONTUNMAP, NULL);
  if (moved != MAP_FAILED) munmap(moved, page);
  if (moved == MAP_FAILED && errno != EINVAL) return false; /* this time */
  possible = page == 4096 && moved != MAP_FAILED ? YES : NO;
  return possible == YES;
#else
  (void)arena;
  return false;
#endif
}

/* Are all slots at home and writable, and few of their frames in the window's
 * tables? Those have to be dropped first, which takes longer than mprotect. */
static bool is_worth_it(struct place slot, size_t count) {
  size_t in_window = 0;
  for (size_t i = 0; i < count; i++) {
    struct place one = place_plus(slot, i);
    if (!slot_is_settled(one)) return false;
    in_window += bit_is_set(one.arena->in_window, one.index);
  }
  return in_window < count / 8;
}

/* A refused mremap may have unmapped the window: maps it again from the view. */
static void restore_window(struct place slot, size_t size) {
  unsigned char resident;
  if (mincore(window_of(slot), 1, &resident) == 0) return;
  if (map_again(view_of(slot), size, window_of(slot)) != 0) {
    reserve_release();
    if (map_again(view_of(slot), size, window_of(slot)) != 0) fault_die_without_memory(window_of(slot));
    reserve_take();
  }
  madvise(window_of(slot), size, MADV_DONTDUMP);
}

/* Moves the page tables of a large written block to the window. Does nothing
 * where that is not possible or does not pay. */
void tables_move_to_window(struct place slot, size_t count) {
  size_t skip = (TABLE - slot.index % TABLE) % TABLE;
  if (count < skip + LEAST || !is_possible(slot.arena)) return;
  struct place begin = place_plus(slot, skip);
  count = (count - skip) / TABLE * TABLE;
  if (!is_worth_it(begin, count)) return;
  size_t size = count * CHUNKSIZE;
  int flags = MREMAP_MAYMOVE | MREMAP_FIXED | MREMAP_DONTUNMAP;
  if (mremap(view_of(begin), size, size, flags, window_of(begin)) == MAP_FAILED) {
    restore_window(begin, size);
    return;
  }
  madvise(window_of(begin), size, MADV_DONTDUMP);
  for (size_t i = 0; i < count; i++) bit_set(begin.arena->in_window, begin.index + (uint32_t)i, true);
}
