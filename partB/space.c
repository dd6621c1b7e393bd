/* Addresses: one stretch is reserved for good, without memory, and holds the view,
 * the window and the records of all slots and frames there can ever be. Memory is
 * added at the end, a segment at a time, to the window and the records. A slot is
 * left out between two segments, so that frames of two never follow each other. */
#include <errno.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "internal.h"

struct registry registry;

enum {
  HUGE_PAGE = (2 << 20) / CHUNKSIZE,              /* slots in one */
  FEW = 1 << 17,                                  /* slots: 8 GiB of addresses */
  FIRST_SEGMENT = 1024,                           /* slots: 64 MiB */
  MANY_RECORDS = 4096,                            /* from which on they are populated in one call */
  SPAN = sizeof(void *) == 8 ? 1 << 26 : 1 << 13, /* slots: 4 TiB, or 512 MiB */
  SPAN_EMULATED = sizeof(void *) == 8 ? 1 << 15 : 1 << 13,
  SPAN_TSAN = sizeof(void *) == 8 ? 1 << 22 : 1 << 13,
};

/* ThreadSanitizer has room for fewer addresses. */
extern void __tsan_init(void) __attribute__((weak));

static size_t round_up(size_t value, size_t step) {
  return (value + step - 1) / step * step;
}

static uintptr_t page_size(void) {
  return (uintptr_t)sysconf(_SC_PAGESIZE);
}

/* Slots and their homes are congruent to a huge page, unless addresses are too few to lose any. */
static size_t alignment(size_t span) {
  return span > FEW ? HUGE_PAGE : 1;
}

/* Maps the same memory a second time: the call the whole library is about. With
 * old size 0, mremap leaves the old mapping in place. */
bool space_map_again(void *from, size_t size, void *to) {
  return mremap(from, 0, size, MREMAP_MAYMOVE | MREMAP_FIXED, to) != MAP_FAILED;
}

/* Not under valgrind and qemu's user emulation. A refusal may pass: asked again. */
bool space_sharing_works(void) {
  if (registry.sharing_works) return true;
  char *once = mmap(NULL, 2 * CHUNKSIZE, PROT_READ, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (once == MAP_FAILED) return false;
  registry.sharing_works = space_map_again(once, CHUNKSIZE, once + CHUNKSIZE);
  munmap(once, 2 * CHUNKSIZE);
  return registry.sharing_works;
}

/* ---- Reserving ---- */

/* Not to be dumped: gdb would write what was never touched, as well. */
static void *reserve(void *address, size_t size, int flags) {
  void *reserved = mmap(address, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | flags, -1, 0);
  if (reserved != MAP_FAILED) madvise(reserved, size, MADV_DONTDUMP);
  return reserved;
}

/* Maps nothing but addresses at the slots, over what is there. */
bool space_reserve(struct slot slot, size_t count) {
  return reserve(view_of(slot), count * CHUNKSIZE, MAP_FIXED) != MAP_FAILED;
}

/* Reserves addresses again at which nothing is mapped. A kernel before Linux 4.17 takes
 * others if they are not free. */
static enum hole reserve_hole(char *address, size_t size) {
  void *reserved = reserve(address, size, MAP_FIXED_NOREPLACE);
  if (reserved == address) return HOLE_RESERVED;
  if (reserved == MAP_FAILED) return errno == EEXIST ? HOLE_TAKEN : HOLE_OPEN;
  munmap(reserved, size);
  return HOLE_TAKEN;
}

/* Is the slot's shared memory mapped there? Private memory cannot be mapped again. */
static bool is_shared(struct slot slot) {
  void *again = mremap(view_of(slot), 0, CHUNKSIZE, MREMAP_MAYMOVE);
  if (again == MAP_FAILED) return errno != EINVAL;
  munmap(again, CHUNKSIZE);
  return true;
}

/* A refused call may have unmapped the slot: a HOLE, which is reserved again, unless the kernel
 * refuses that as well and it stays OPEN, or somebody else has TAKEN the place. If what he mapped
 * fills the slot to the last page, it is known by what the slot itself would not allow, to be read
 * or to be written, or by being private. */
enum hole space_look_for_hole(struct slot slot) {
  uint32_t state = slot_state(slot);
  if (!probe_is_mapped(view_of(slot), CHUNKSIZE)) return reserve_hole(view_of(slot), CHUNKSIZE);
  bool is_taken = false;
  if (state == FREE || state == ASLEEP || state == UNMAPPED) is_taken = probe_is_readable(view_of(slot));
  if (state == READ_ONLY) is_taken = probe_is_writable(view_of(slot));
  if (is_writable(maps_of(slot))) is_taken = !is_shared(slot);
  return is_taken ? HOLE_TAKEN : NO_HOLE;
}

/* Whole pages, so that nothing but whole pages is ever unmapped. */
static size_t size_of(size_t span) {
  size_t records = span * (sizeof(struct slot_record) + sizeof(struct seen) + 1);
  return round_up(2 * span * CHUNKSIZE + records + alignment(span) * CHUNKSIZE, page_size());
}

/* May so much be reserved? If addresses are limited, half of them are left to the program. */
static bool can_reserve(size_t span) {
  struct rlimit limit;
  size_t size = size_of(span), rest = size;
  if (getrlimit(RLIMIT_AS, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY) rest = limit.rlim_cur / 2;
  char *base = reserve(NULL, size, 0), *spare = reserve(NULL, rest, 0);
  if (base != MAP_FAILED) munmap(base, size);
  if (spare != MAP_FAILED) munmap(spare, rest);
  return base != MAP_FAILED && spare != MAP_FAILED;
}

/* Reserves [view][window][records], as large as there is room for. A refused call at this
 * moment decides for good: so sharing is asked for more than once. */
static bool reserve_all(void) {
  bool works = space_sharing_works() || space_sharing_works() || space_sharing_works();
  size_t most = works ? (__tsan_init ? SPAN_TSAN : SPAN) : SPAN_EMULATED, span = 0;
  for (size_t step = most; step > 0 && span < most; step /= 2) {
    if (can_reserve(span + step)) span += step;
  }
  char *base = span > 0 ? reserve(NULL, size_of(span), 0) : MAP_FAILED;
  if (base == MAP_FAILED) return false;
  registry.span = (uint32_t)span;
  registry.views = (char *)round_up((uintptr_t)base, alignment(span) * CHUNKSIZE);
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
  uintptr_t base = (uintptr_t)array, first = (base + begin * size) & ~(page_size() - 1);
  return mprotect((void *)first, base + end * size - first, PROT_READ | PROT_WRITE) == 0;
}

/* Maps memory at the window. If the kernel unmaps what was reserved, refuses, and somebody
 * else is there first, the addresses are never used again. */
static enum hole map_window(char *window, size_t size) {
  int flags = MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED;
  if (mmap(window, size, PROT_READ | PROT_WRITE, flags, -1, 0) != MAP_FAILED) return NO_HOLE;
  if (!probe_is_mapped(window, size)) return reserve_hole(window, size);
  return probe_is_readable(window) ? HOLE_TAKEN : HOLE_RESERVED;
}

/* The window stays out of core dumps: dumping it would touch every frame. */
static bool add_segment(size_t first, size_t count) {
  size_t begin = registry.end, end = first + count + 1; /* the record behind the last is read */
  char *window = window_of((struct frame){(uint32_t)first});
  if (!open_records(registry.slots, sizeof *registry.slots, begin, end)) return false;
  if (!open_records(registry.seen, sizeof *registry.seen, begin, end)) return false;
  if (!open_records(registry.states, 1, begin, end)) return false;
  enum hole hole = map_window(window, count * CHUNKSIZE);
  if (hole == HOLE_RESERVED) return false;
  memset(registry.states + begin, ABSENT, (hole == NO_HOLE ? first : end - 1) - begin);
  registry.end = (uint32_t)(first + count);
  if (hole != NO_HOLE) return false;
  madvise(window, count * CHUNKSIZE, MADV_DONTDUMP);
  if (registry.large_pages) madvise(window, count * CHUNKSIZE, MADV_HUGEPAGE); /* slots inherit it */
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
  size_t wanted = registry.added > FIRST_SEGMENT ? registry.added : FIRST_SEGMENT, most = registry.span - 1;
  if (wanted < count) wanted = count;
  for (;; wanted /= 2) {
    size_t first = round_up(registry.end + 1, alignment(registry.span));
    if (count > registry.span || first + count > most) return false;
    if (wanted < count) wanted = count;
    if (wanted > most - first) wanted = most - first;
    if (add_segment(first, wanted)) return true;
    if (wanted == count) return false;
  }
}

/* Has the kernel give memory to many records in one call, instead of a page fault
 * for each few hundred of them. */
void space_populate_records(struct slot slot, size_t count) {
  uintptr_t begin = (uintptr_t)record_of(slot) & ~(page_size() - 1);
  if (count >= MANY_RECORDS)
    probe_populate((void *)begin, (uintptr_t)record_of(slot_plus(slot, count)) - begin);
}

/* ---- Looking ---- */

/* The slot that an address lies in, live or not. */
struct slot space_slot_at(const void *address) {
  size_t index = ((uintptr_t)address - (uintptr_t)registry.views) / CHUNKSIZE;
  return (struct slot){index < registry.end ? (uint32_t)index : 0};
}

/* Does the address lie in the view or in the window? */
bool space_contains(const void *address) {
  return (uintptr_t)address - (uintptr_t)registry.views < 2 * (uintptr_t)registry.span * CHUNKSIZE;
}

/* The first index from start on in one of two states; the end if there is none. */
static uint32_t first_of(uint32_t start, uint8_t state, uint8_t other) {
  if (start >= registry.end) return start; /* there may be no records yet */
  const uint8_t *states = registry.states + start;
  size_t length = registry.end - start;
  const uint8_t *found = memchr(states, state, length);
  if (found) length = (size_t)(found - states);
  found = memchr(states, other, length);
  return start + (uint32_t)(found ? (size_t)(found - states) : length);
}

/* The first frame in that state, whose home may be FREE or not. */
uint32_t space_first_frame(uint32_t start, uint8_t state) {
  return first_of(start, state, state | OCCUPIED);
}

/* Count neighbouring FREE slots whose homes are free. */
struct slot space_find(size_t count) {
  uint32_t start = registry.free_hint = first_of(registry.free_hint, FREE_COLD, FREE_WARM);
  while (start < registry.end && count <= registry.end - start) {
    size_t length = 0;
    while (length < count && registry.states[start + length] <= FREE_WARM) length++;
    if (length == count) return (struct slot){start};
    start = first_of(start + (uint32_t)length, FREE_COLD, FREE_WARM);
  }
  return (struct slot){0};
}
