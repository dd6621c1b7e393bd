/* Room: which arena an address or a number belongs to, and where slots are free
 * together with their homes. */
#include "internal.h"

enum { BITS = 64 };

/* Async-signal-safe. */
struct place arena_place(uint32_t number) {
  struct arena *arena = registry.arenas;
  while (number - arena->first >= arena->count) arena = arena->next;
  return (struct place){arena, number - arena->first};
}

/* The slot that an address lies in, live or not. Async-signal-safe. */
struct place arena_slot_at(const void *address) {
  for (struct arena *arena = registry.arenas; arena; arena = arena->next) {
    size_t offset = (uintptr_t)address - (uintptr_t)arena->view;
    if (offset < (size_t)arena->count * CHUNKSIZE) {
      return (struct place){arena, (uint32_t)(offset / CHUNKSIZE)};
    }
  }
  return (struct place){NULL, 0};
}

/* The first index from start on, below end, whose bit is set (or clear); or end. */
static size_t next_bit(const uint64_t *bits, size_t start, size_t end, bool set) {
  for (size_t i = start; i < end; i = (i / BITS + 1) * BITS) {
    uint64_t word = (set ? bits[i / BITS] : ~bits[i / BITS]) >> i % BITS;
    if (word != 0) {
      i += (size_t)__builtin_ctzll(word);
      return i < end ? i : end;
    }
  }
  return end;
}

static struct place find_free_in(struct arena *arena, size_t count) {
  size_t align = registry.huge_pages && count >= SLOTS_STEP ? SLOTS_STEP : 1;
  size_t start = next_bit(arena->busy, arena->free_hint, arena->count, false);
  arena->free_hint = (uint32_t)start;
  for (start = round_up(start, align); start < arena->count && count <= arena->count - start;) {
    size_t end = next_bit(arena->busy, start, start + count, true);
    if (end == start + count) return (struct place){arena, (uint32_t)start};
    start = round_up(next_bit(arena->busy, end, arena->count, false), align);
  }
  return (struct place){NULL, 0};
}

static struct place find_free_in_any(size_t count, bool shared) {
  for (struct arena *arena = registry.arenas; arena; arena = arena->next) {
    if (arena->inherited || (shared && arena->is_private)) continue;
    struct place found = find_free_in(arena, count);
    if (found.arena) return found;
  }
  return (struct place){NULL, 0};
}

/* Finds count neighbouring free slots whose home frames are free too, in a new
 * arena if need be; if shared, in one that is not private. Async-signal-safe. */
struct place arena_find_free(size_t count, bool shared) {
  slots_finish_free();
  struct place found = find_free_in_any(count, shared);
  if (found.arena) return found;
  fork_recover();
  found = find_free_in_any(count, shared);
  if (found.arena) return found;
  struct arena *arena = arena_create(count);
  if (arena && shared && arena->is_private) return (struct place){NULL, 0};
  return (struct place){arena, 0};
}

/* Async-signal-safe. */
void arena_refresh_busy(struct arena *arena, uint32_t index) {
  uint64_t bit = (uint64_t)1 << index % BITS;
  if (is_free(arena->mapping[index]) && arena->state[index] <= WARM) {
    arena->busy[index / BITS] &= ~bit;
    if (index < arena->free_hint) arena->free_hint = index;
  } else {
    arena->busy[index / BITS] |= bit;
  }
}
