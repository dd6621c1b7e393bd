/* Addresses: one stretch is reserved for good, without memory, and holds the view,
 * the window and the records of all slots and frames there can ever be. Memory is
 * added at the end, a segment at a time, to the window and the records. A slot is
 * left out between two segments, so that frames of two never follow each other. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "internal.h"

struct registry registry;

enum {
  STEP = (2 << 20) / CHUNKSIZE, /* a huge page: slots and their homes are congruent to it */
  FIRST = 1024,                 /* slots of the first segment: 64 MiB */
  LEAST_SPAN = 4 * STEP,
  SPAN = sizeof(void *) == 8 ? 1 << 26 : 1 << 13, /* 4 TiB, or 512 MiB */
  SPAN_EMULATED = sizeof(void *) == 8 ? 1 << 15 : 1 << 13,
  SPAN_TSAN = sizeof(void *) == 8 ? 1 << 22 : 1 << 13,
  MANY = 4096,
};

/* ThreadSanitizer has room for fewer addresses. */
extern void __tsan_init(void) __attribute__((weak));

static size_t round_up(size_t value, size_t step) {
  return (value + step - 1) / step * step;
}

/* Maps the same memory a second time: the call the whole library is about. With
 * old size 0, mremap leaves the old mapping in place. */
int space_map_again(void *from, size_t size, void *to) {
  return mremap(from, 0, size, MREMAP_MAYMOVE | MREMAP_FIXED, to) == MAP_FAILED ? -1 : 0;
}

/* Not under valgrind and qemu's user emulation. A refusal may pass: asked again. */
bool space_sharing_works(void) {
  if (registry.sharing_works) return true;
  char *once = mmap(NULL, 2 * CHUNKSIZE, PROT_READ, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (once == MAP_FAILED) return false;
  registry.sharing_works = space_map_again(once, CHUNKSIZE, once + CHUNKSIZE) == 0;
  munmap(once, 2 * CHUNKSIZE);
  return registry.sharing_works;
}

/* ---- Reserving ---- */

static void *reserve(void *address, size_t size, int flags) {
  return mmap(address, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | flags, -1, 0);
}

/* Maps nothing but addresses at the slots, over what is there. */
bool space_reserve(struct slot slot, size_t count) {
  return reserve(view_of(slot), count * CHUNKSIZE, MAP_FIXED) != MAP_FAILED;
}

/* The same if nothing at all is mapped there; returns whether that is so. A kernel
 * that refuses to map something may have unmapped what was there before, and another
 * thread's mmap may come first. */
bool space_reserve_hole(struct slot slot, size_t count) {
  unsigned char resident;
  void *reserved = reserve(view_of(slot), count * CHUNKSIZE, MAP_FIXED_NOREPLACE);
  if (reserved == view_of(slot)) return true;
  if (reserved != MAP_FAILED) munmap(reserved, count * CHUNKSIZE); /* a kernel before Linux 4.17 */
  return reserved == MAP_FAILED && errno != EEXIST && mincore(view_of(slot), 1, &resident) != 0;
}

static size_t records_size(size_t span) {
  return span * (sizeof(struct slot_record) + sizeof(struct seen) + 1);
}

/* Reserves [view][window][records], halving them until they are granted twice: half of
 * the addresses are left to the rest of the program, where they are limited. */
static bool reserve_all(void) {
  size_t span = 2 * (!space_sharing_works() ? SPAN_EMULATED : __tsan_init ? SPAN_TSAN : SPAN), size;
  char *base;
  do {
    span /= 2;
    size = 2 * span * CHUNKSIZE + records_size(span) + STEP * CHUNKSIZE;
    base = reserve(NULL, 2 * size, 0);
  } while (base == MAP_FAILED && span > LEAST_SPAN);
  if (base == MAP_FAILED) return false;
  munmap(base + size, size);
  registry.span = (uint32_t)span;
  registry.views = (char *)round_up((uintptr_t)base, STEP * CHUNKSIZE);
  registry.windows = registry.views + span * CHUNKSIZE;
  registry.slots = (struct slot_record *)(registry.windows + span * CHUNKSIZE);
  registry.seen = (struct seen *)(registry.slots + span);
  registry.states = (uint8_t *)(registry.seen + span);
  registry.stats.kernel_mappings = registry.fixed_mappings =
      2 + 2 * 3; /* this, the lock's page, three arrays in use */
  return true;
}

/* ---- Adding memory ---- */

static bool open_records(void *array, size_t size, size_t begin, size_t end) {
  uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE), base = (uintptr_t)array;
  uintptr_t first = (base + begin * size) & ~(page - 1);
  return mprotect((void *)first, base + end * size - first, PROT_READ | PROT_WRITE) == 0;
}

/* The window stays out of core dumps: dumping it would touch every frame. */
static bool add_segment(size_t first, size_t count) {
  size_t begin = registry.end, end = first + count + 1; /* the record behind the last is read */
  char *window = window_of((struct frame){(uint32_t)first});
  int flags = MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED;
  if (!open_records(registry.slots, sizeof *registry.slots, begin, end)) return false;
  if (!open_records(registry.seen, sizeof *registry.seen, begin, end)) return false;
  if (!open_records(registry.states, 1, begin, end)) return false;
  if (mmap(window, count * CHUNKSIZE, PROT_READ | PROT_WRITE, flags, -1, 0) == MAP_FAILED) {
    reserve(window, count * CHUNKSIZE, MAP_FIXED);
    return false;
  }
  madvise(window, count * CHUNKSIZE, MADV_DONTDUMP);
  if (registry.large_pages) madvise(window, count * CHUNKSIZE, MADV_HUGEPAGE); /* slots inherit it */
  memset(registry.states + begin, ABSENT, first - begin);
  registry.end = (uint32_t)(first + count);
  registry.added += (uint32_t)count;
  registry.stats.kernel_mappings += 2;
  registry.fixed_mappings += 2;
  return true;
}

/* Adds a segment of at least count slots: as many as this process has added, so that
 * segments stay few, if the kernel gives them. What a child inherited counts for
 * nothing: a kernel that promises no more than it has (vm.overcommit_memory=2) would
 * give each child of a large process as much again. */
bool space_grow(size_t count) {
  if (!registry.views && !reserve_all()) return false;
  size_t first = round_up(registry.end + 1, STEP), most = registry.span - 1;
  if (count > registry.span || first + count > most) return false;
  size_t wanted = registry.added > FIRST ? registry.added : FIRST;
  if (wanted < count) wanted = count;
  if (wanted > most - first) wanted = most - first;
  while (!add_segment(first, wanted)) {
    if (wanted == count) return false;
    wanted = wanted / 2 > count ? wanted / 2 : count;
  }
  return true;
}

/* Has the kernel give memory to many records in one call, instead of a page fault
 * for each few hundred of them. */
void space_populate_records(struct slot slot, size_t count) {
  uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE), begin = (uintptr_t)record_of(slot) & ~(page - 1);
  if (count < MANY) return;
  madvise((void *)begin, (uintptr_t)record_of(slot_plus(slot, count)) - begin, MADV_POPULATE_WRITE);
}

/* ---- Looking ---- */

/* The slot that an address lies in, live or not. */
struct slot space_slot_at(const void *address) {
  size_t index = ((uintptr_t)address - (uintptr_t)registry.views) / CHUNKSIZE;
  return (struct slot){index < registry.end ? (uint32_t)index : 0};
}

/* The first index from start on in one of two states; the end if there is none. */
uint32_t space_first(uint32_t start, uint8_t state, uint8_t other) {
  const uint8_t *states = registry.states + start;
  size_t length = registry.end - start;
  const uint8_t *found = memchr(states, state, length);
  if (found) length = (size_t)(found - states);
  found = memchr(states, other, length);
  return start + (uint32_t)(found ? (size_t)(found - states) : length);
}

/* Count neighbouring free slots whose homes are free. */
struct slot space_find(size_t count) {
  if (registry.end == 0) return (struct slot){0};
  uint32_t start = registry.free_hint = space_first(registry.free_hint, COLD, WARM);
  while (start < registry.end && count <= registry.end - start) {
    size_t length = 0;
    while (length < count && registry.states[start + length] <= WARM) length++;
    if (length == count) return (struct slot){start};
    start = space_first(start + (uint32_t)length, COLD, WARM);
  }
  return (struct slot){0};
}
