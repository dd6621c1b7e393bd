/* Arenas: reserving address space, mapping memory into it three times, and
 * giving it back. Nothing here allocates but by mmap: the handler may need an arena
 * after a fork. */
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "internal.h"

struct registry registry;

enum {
  ALIGNMENT = 2 << 20, /* a huge page: slots and their homes are congruent to it */
  SLOTS_FIRST = 1024,  /* 64 MiB */
  SLOTS_KEPT = 32768,  /* an empty arena up to this size stays: its records take under 1 MiB */
  SLOTS_MOST = sizeof(void *) == 8 ? 1 << 20 : SLOTS_FIRST, /* unless one block needs more */
};

/* The bytes that the records of an arena take, its own struct included. */
static size_t records_size(size_t count) {
  size_t per_slot = 5 * sizeof(uint32_t) + 3 * sizeof(uint8_t);
  size_t size =
      round_up(sizeof(struct arena), sizeof(uint64_t)) + count * per_slot + 3 * round_up(count, 64) / 8;
  return round_up(size, (size_t)sysconf(_SC_PAGESIZE));
}

static size_t arena_size(size_t count) {
  return 3 * count * CHUNKSIZE + records_size(count);
}

/* Lays the arrays out behind the struct; all of it is zero already. */
static struct arena *records_lay_out(char *base, uint32_t count) {
  struct arena *arena = (struct arena *)base;
  char *at = base + round_up(sizeof *arena, sizeof(uint64_t));
  arena->count = count;
  arena->busy = (uint64_t *)at;
  at += round_up(count, 64) / 8;
  arena->in_window = (uint64_t *)at;
  at += round_up(count, 64) / 8;
  arena->filled = (uint64_t *)at;
  at += round_up(count, 64) / 8;
  uint32_t **arrays[] = {&arena->mapping, &arena->next_sharer, &arena->previous_sharer, &arena->next_warm,
                         &arena->previous_warm};
  for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++) {
    *arrays[i] = (uint32_t *)at;
    at += count * sizeof(uint32_t);
  }
  arena->state = (uint8_t *)at;
  arena->seen_from = arena->state + count;
  arena->seen_until = arena->seen_from + count;
  return arena;
}

/* Maps free address space without memory, over what is there if address is given.
 * Async-signal-safe. */
void *reserve_space(void *address, size_t size) {
  int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | (address ? MAP_FIXED : 0);
  return mmap(address, size, PROT_NONE, flags, -1, 0);
}

/* Maps the same memory a second time: the call the whole library is about. With
 * old size 0, mremap leaves the old mapping in place. Async-signal-safe. */
int map_again(void *from, size_t size, void *to) {
  void *mapped = mremap(from, 0, size, MREMAP_MAYMOVE | MREMAP_FIXED, to);
  return mapped == MAP_FAILED ? -1 : 0;
}

/* Turns [view][window][closed][records] of reserved space into an arena. The window
 * and what is closed stay out of core dumps: dumping them would touch every frame. */
static struct arena *arena_lay_out(char *view, size_t count) {
  size_t size = count * CHUNKSIZE;
  char *window = view + size;
  char *closed = window + size;
  char *records = closed + size;
  if (mprotect(records, records_size(count), PROT_READ | PROT_WRITE) != 0) return NULL;
  struct arena *arena = records_lay_out(records, (uint32_t)count);
  int flags = MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED;
  if (mmap(window, size, PROT_READ | PROT_WRITE, flags, -1, 0) == MAP_FAILED) return NULL;
  madvise(window, size, MADV_DONTDUMP);
  arena->view = view;
  arena->window = window;
  arena->closed = closed;
  if (map_again(window, size, closed) == 0) {
    registry.sharing_works = true;
    return mprotect(closed, size, PROT_NONE) == 0 && map_again(closed, size, view) == 0 ? arena : NULL;
  }
  if (registry.sharing_works || reserve_space(view, 3 * size) == MAP_FAILED) return NULL;
  arena->is_private = true;
  arena->window = view;
  return arena;
}

static struct arena *arena_map(size_t count) {
  size_t used = arena_size(count);
  char *space = reserve_space(NULL, used + ALIGNMENT);
  if (space == MAP_FAILED) return NULL;
  char *view = (char *)round_up((uintptr_t)space, ALIGNMENT);
  if (view > space) munmap(space, (size_t)(view - space));
  munmap(view + used, (size_t)(space + ALIGNMENT - view));
  struct arena *arena = arena_lay_out(view, count);
  if (!arena) munmap(view, used);
  return arena;
}

/* How many slots to reserve if count are needed: as many as there are, so that
 * arenas stay few, and some for copies of a large block. Where address space is
 * short, no more than needed. */
static size_t slots_wanted(size_t count) {
  struct rlimit limit;
  bool plenty = getrlimit(RLIMIT_AS, &limit) == 0 && limit.rlim_cur == RLIM_INFINITY;
  size_t wanted = SLOTS_FIRST;
  for (struct arena *arena = registry.arenas; arena; arena = arena->next) {
    if (!arena->inherited) wanted += arena->count;
  }
  if (wanted < 4 * count) wanted = 4 * count;
  if (wanted > SLOTS_MOST) wanted = SLOTS_MOST;
  if (!plenty || wanted < count) wanted = count;
  return round_up(wanted, SLOTS_STEP);
}

/* The first of count numbers that no arena has, and of one more behind them, so
 * that frames of two arenas never follow each other. 0: there are none.
 * Async-signal-safe. */
static uint32_t find_numbers(uint32_t count) {
  size_t first = 1;
  for (struct arena *arena = registry.arenas; arena;) {
    bool apart = first + count < arena->first || arena->first + arena->count < first;
    if (!apart) first = (size_t)arena->first + arena->count + 1;
    arena = apart ? arena->next : registry.arenas;
  }
  return first + count < NUMBER ? (uint32_t)first : 0;
}

/* Async-signal-safe. */
struct arena *arena_create(size_t count) {
  if (count > NUMBER - SLOTS_STEP || count > SIZE_MAX / 4 / CHUNKSIZE) return NULL;
  size_t least = round_up(count, SLOTS_STEP), wanted = slots_wanted(count);
  struct arena *arena = arena_map(wanted);
  while (!arena && wanted > least) {
    wanted = wanted / 2 > least ? round_up(wanted / 2, SLOTS_STEP) : least;
    arena = arena_map(wanted);
  }
  if (!arena) return NULL;
  arena->first = find_numbers(arena->count);
  if (arena->first == 0) {
    munmap(arena->view, arena_size(arena->count));
    return NULL;
  }
  arena->next = registry.arenas;
  registry.arenas = arena;
  registry.mappings += MAPPINGS_PER_ARENA;
  return arena;
}

/* Has the kernel give memory to the records of many slots in three calls, instead
 * of a page fault for each thousand of them. */
void arena_populate_records(struct place slot, size_t count) {
  enum { MANY = 4096 };
  if (count < MANY || slot.index + count <= slot.arena->slots_touched) return;
  uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
  uint32_t *arrays[] = {slot.arena->mapping, slot.arena->next_sharer, slot.arena->previous_sharer};
  for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++) {
    uintptr_t begin = (uintptr_t)(arrays[i] + slot.index) & ~(page - 1);
    madvise((void *)begin, (uintptr_t)(arrays[i] + slot.index + count) - begin, MADV_POPULATE_WRITE);
  }
}

/* Unmaps an arena in which nothing is in use. Smaller ones stay, as they would soon
 * be made again, unless a fork left them behind. Async-signal-safe. */
void arena_release_if_empty(struct arena *arena, bool left_behind) {
  if (arena->occupied > 0 || arena->inherited) return;
  if (arena->count <= SLOTS_KEPT && !left_behind) return;
  struct arena **link = &registry.arenas;
  while (*link != arena) link = &(*link)->next;
  *link = arena->next;
  pressure_forget(arena);
  if (munmap(arena->view, arena_size(arena->count)) == 0) {
    registry.mappings -= MAPPINGS_PER_ARENA;
  } else {
    *link = arena;
  }
}
