/* What the library's files share: the records of arenas, slots and frames, and
 * the lock that guards them. See README.md for the picture.
 *
 * An arena is one shared anonymous mapping of n frames that is mapped three times.
 * The view is what the user sees: n slots, each mapped to any frame. The window
 * maps frame i always at the same place, read-write, and is the library's own.
 * Slot i's home is frame i of its arena: there it is mapped, without access, while
 * it is free. The third mapping is like the window, but without access: free slots
 * are mapped from there. (A private arena has only the view; see is_private.)
 *
 * Slots and frames are numbered through all arenas, from 1, so that one number
 * names a slot or a frame anywhere. Slots that map the same frame form a ring.
 *
 * While the lock is held the library touches windows and its own records, and
 * of a view only what it has just mapped itself: so its fault handler never
 * meets its own lock. */
#ifndef LAZYCOPY_INTERNAL_H
#define LAZYCOPY_INTERNAL_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>

#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23 /* Linux 5.14 */
#endif

#pragma GCC visibility push(default) /* everything else is hidden by the compiler's option */
#include "lazycopy.h"
#pragma GCC visibility pop

/* The record of a slot: the number of the frame behind it, and flags; or FREE or
 * READY. Two neighbours are one mapping of the kernel's exactly if the second
 * record is the first plus one, or if both are FREE, or both READY. (Zombies count
 * as what they were.) */
enum {
  FREE = 0,                /* and left out of core dumps */
  NUMBER = (1u << 28) - 1, /* mask: numbers below 2^28, 16 TiB of chunks */
  READY = NUMBER,          /* free, too, and no longer left out: chunk_alloc is quicker */
  LOST = 1u << 28,         /* unmapped by a kernel that refused something: slot_restore */
  ZOMBIE = 1u << 29,       /* freed, but not yet mapped home: unmap.c */
  HUGE_PAGES = 1u << 30,   /* mapped with MADV_HUGEPAGE */
};
#define WRITABLE (1u << 31) /* private and writable; without it the slot is read-only */

enum frame_state {
  COLD,  /* free, and holds no memory: reads as zeros */
  WARM,  /* free, holds memory with anything in it; on the warm list */
  USED,  /* mapped by at least one slot of this process */
  LIMBO, /* mapped by none here, but perhaps in a relative process (fork.c) */
};

struct arena {
  struct arena *next; /* the arena made before this one, or NULL */
  uint32_t first;     /* number of slot 0 and frame 0 */
  uint32_t count;     /* slots, and frames */
  char *view;
  char *window;           /* equal to view in a private arena */
  char *closed;           /* not in a private arena */
  bool is_private;        /* no sharing: the kernel refused mremap with old size 0 */
  uint8_t inherited;      /* generation of the fork that brought it here; 0: its frames are ours */
  uint32_t occupied;      /* slots that are not free, plus frames that are not COLD */
  uint32_t slots_touched; /* no record from here on has ever been written */
  uint32_t free_hint;     /* no slot below it is available */
  uint32_t cold_hint;     /* no frame below it is COLD */

  /* Records of slots. */
  uint32_t *mapping;                       /* frame number and flags, FREE or READY */
  uint32_t *next_sharer, *previous_sharer; /* the ring, by number; 0: alone */
  uint64_t *busy;                          /* a bit is clear if the slot is free and its home COLD or WARM */

  /* Records of frames. */
  uint32_t *next_warm, *previous_warm; /* the warm list, by number; 0: the end */
  uint8_t *state;                      /* enum frame_state */
  uint64_t *in_window;                 /* a bit is set if the window's page tables may map the frame */
  uint64_t *filled;    /* a bit is set if the library has written to the frame: it holds memory */
  uint8_t *seen_from;  /* first generation of relatives that could see the frame; 0: only we do */
  uint8_t *seen_until; /* the last one; for frames in LIMBO */
};

/* A slot or a frame. */
struct place {
  struct arena *arena; /* NULL: there is none */
  uint32_t index;
};

/* Everything the lock guards. */
extern struct registry {
  bool started;
  bool sharing_works;   /* mremap with old size 0 has worked before */
  bool huge_pages;      /* the administrator lets us ask for them */
  struct arena *arenas; /* newest first */
  uint32_t warm;        /* head of the warm list, 0: empty */
  size_t warm_count;
  size_t live, sharing, used; /* slots, slots in a ring, frames */
  size_t zombies;
  size_t mappings;       /* in the kernel, by the neighbour rule */
  size_t mapping_budget; /* more only if there is no other way */
  size_t splits, promotions, eager_fallbacks;
} registry;

/* lock.c: the lock, with signals blocked while it is held. Restores errno. */
struct held {
  sigset_t signals;
  int error;
};
void asynchronous_signals(sigset_t *set);
void block_asynchronous_signals(sigset_t *before);
void lock(struct held *held);
void unlock(const struct held *held);
void lock_in_handler(struct held *held);
void unlock_in_handler(const struct held *held);
void lock_for_fork(struct held *held);
void unlock_after_fork(const struct held *held);

/* arena.c: the mappings. */
enum {
  MAPPINGS_PER_ARENA = 4,
  SLOTS_STEP = (2 << 20) / CHUNKSIZE, /* a huge page */
};
void *reserve_space(void *address, size_t size);
int map_again(void *from, size_t size, void *to);
struct arena *arena_create(size_t count);
void arena_populate_records(struct place slot, size_t count);
void arena_release_if_empty(struct arena *arena, bool left_behind);
static inline size_t round_up(size_t value, size_t step) {
  return (value + step - 1) / step * step;
}

/* room.c: what is where, and where there is room. */
struct place arena_place(uint32_t number);
struct place arena_slot_at(const void *address);
struct place arena_find_free(size_t count, bool shared);
void arena_refresh_busy(struct arena *arena, uint32_t index);

/* slots.c: what is mapped at the slots, in the kernel and in the records. */
int slots_open(struct place slot, size_t count);
int slots_map(struct place slot, size_t count, struct place frame, bool writable);
int slots_share(struct place slot, size_t count, struct place source);
int slots_protect(struct place slot, size_t count, bool writable);
void slots_record(struct place slot, size_t count, uint32_t number_and_flags);
int slot_restore(struct place slot);
void slots_repair(struct place slot, size_t count);
size_t slots_boundaries(struct place slot, size_t count);

/* unmap.c: giving slots back. */
enum { READY_MOST = 8 }; /* slots in a row, about */
void slots_give_back(struct place slot, size_t count);
void slots_free(struct place slot, size_t count);
void slots_finish_free(void);
struct place slots_reuse(size_t count);
void slots_reap(void);

static inline uint32_t number_of(struct place place) {
  return place.arena->first + place.index;
}
static inline struct place place_plus(struct place place, size_t count) {
  return (struct place){place.arena, place.index + (uint32_t)count};
}
static inline char *view_of(struct place slot) {
  return slot.arena->view + (size_t)slot.index * CHUNKSIZE;
}
static inline char *window_of(struct place frame) {
  return frame.arena->window + (size_t)frame.index * CHUNKSIZE;
}
static inline uint32_t *mapping_of(struct place slot) {
  return &slot.arena->mapping[slot.index];
}
static inline struct place frame_of(struct place slot) {
  return arena_place(*mapping_of(slot) & NUMBER);
}
static inline bool is_free(uint32_t mapping) {
  return mapping == FREE || mapping == READY;
}
static inline bool is_live(uint32_t mapping) {
  return !is_free(mapping) && !(mapping & ZOMBIE);
}

/* ring.c: which slots share a frame. */
void ring_join(struct place slot, size_t count, struct place member);
bool ring_leave(struct place slot);
static inline bool ring_is_alone(struct place slot) {
  return slot.arena->next_sharer[slot.index] == 0;
}

/* frame.c: which frame is free, warm, used. */
enum { WARM_LIMIT = 1024 }; /* frames: 64 MiB */
void frames_claim(struct place frame, size_t count);
void frames_release(struct place slot, size_t count);
void frames_discard(struct place frame, size_t count);
void frames_clear(struct place frame, size_t count);
struct place frame_find(struct place slot);
int frame_fill(struct place target, const char *bytes);
int frame_copy(struct place target, struct place source);
static inline bool frame_is_free(struct place frame) {
  return !frame.arena->is_private && !frame.arena->inherited && frame.arena->state[frame.index] <= WARM;
}

static inline bool bit_is_set(const uint64_t *bits, uint32_t index) {
  return bits[index / 64] >> index % 64 & 1;
}
static inline void bit_set(uint64_t *bits, uint32_t index, bool value) {
  uint64_t *word = &bits[index / 64], bit = (uint64_t)1 << index % 64;
  *word = value ? *word | bit : *word & ~bit;
}

/* tables.c: moving page tables. */
void tables_move_to_window(struct place slot, size_t count);

/* split.c: giving slots frames of their own. */
int split(struct place slot);
int split_from_view(struct place slot);
int slots_settle(struct place slot, size_t count);
static inline bool slot_is_settled(struct place slot) {
  return *mapping_of(slot) == (number_of(slot) | WRITABLE); /* private, writable and at home */
}

/* pressure.c: living with the kernel's limit on mappings. */
enum { RESERVE_PAGES = 64 }; /* mappings that the reserve holds */
void pressure_startup(void);
void pressure_relieve(void);
void pressure_forget(const struct arena *arena);
void reserve_release(void);
void reserve_take(void);
bool reserve_is_low(void);

/* fault.c: the SIGSEGV handler. */
void fault_startup(void);
_Noreturn void fault_die_without_memory(const void *address);

/* fork.c: everything about other processes. */
void fork_refresh(void);
void fork_recover(void);
void fork_leave_frame(struct place frame);
void fork_prepare(void);
void fork_catch_up(void);
bool fork_set_aside(struct place slot);
void fork_take_back(void);
static inline bool frame_is_foreign(struct place frame) {
  return frame.arena->seen_from[frame.index] != 0;
}

#endif
