/* What the library's files share. Three rules hold at all times:
 *
 *   1. A frame that more than one slot maps is never written. Whoever writes moves
 *      to other memory; the last one left may write in place. (The kernel may still
 *      be reading a snapshot: a pipe filled by vmsplice, a disk, a network card.)
 *   2. A private, writable slot keeps its frame and its rights until it is copied
 *      lazily or the process forks. (The kernel may be writing to it.)
 *   3. A first write waits for no lock that is held while other code runs; none is
 *      held while fork runs.
 *
 * The files, each of which calls only those below it:
 *
 *   lazycopy.c     the public functions
 *   fault.c        the SIGSEGV handler; cpu.h: what the processor says of a fault
 *   fork.c         what happens around a fork
 *   split.c        giving slots other memory, with the same bytes
 *   frame.c        which frames are free; giving slots and frames back
 *   mapping.c      every change of what is mapped, and what follows a refusal
 *   ring.c         which slots share a frame
 *   space.c        the addresses, the records, and where there is room
 *   generation.c   which relatives of this process live
 *   lock.c         the one lock
 *
 * Everything may run in the signal handler and is async-signal-safe, except
 * start-up, and of fork.c what pthread_atfork calls.
 *
 * A slot is 64 KiB of the addresses that users see: the view. A frame is 64 KiB of
 * memory: it lies in the window, always at the same address and always writable.
 * Both are numbered from 1; slot n has its home in frame n. */
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

struct slot {
  uint32_t index; /* 0: there is none */
};
struct frame {
  uint32_t index; /* 0: there is none */
};

/* What a slot maps: FREE (nothing: reserved addresses), or a frame's index and flags.
 * Two neighbours are one mapping of the kernel's exactly if both are FREE, or if the
 * second is the first plus one. */
enum {
  FREE = 0,
  FRAME = (1u << 27) - 1, /* the bits of the index; 0 if the slot is PRIVATE and holds no frame */
  WRITABLE = 1u << 27,    /* nobody else has the frame; without it the slot is read-only */
  PRIVATE = 1u << 28,     /* maps private memory, which the kernel itself copies in a fork */
  LOST = 1u << 29,        /* unmapped by a kernel that refused something: mapped again by split */
  FREED = 1u << 30,       /* by the user, but the kernel refused to unmap it: frames_retry */
};

#define ALL UINT32_MAX /* the index and all flags */

struct slot_record {
  uint32_t maps;
  uint32_t next, previous; /* in the ring of slots that share the frame; 0: alone */
};

/* What is known of frame n and of slot n, in one byte. */
enum {
  COLD,        /* the frame is free and holds no memory: it reads as zeros */
  WARM,        /* free, and all of its memory is there, with anything in it */
  LIMBO,       /* no slot here holds it, but perhaps a relative does */
  USED,        /* some slot holds it */
  FULL,        /* the same, and all of its memory is there */
  ABSENT,      /* there is no such frame */
  TAKEN = 128, /* flag: the slot is not FREE */
};

/* The generations of relatives that could see a frame. */
struct seen {
  uint32_t from;  /* 0: only we do */
  uint32_t until; /* of a frame in LIMBO */
};

/* Everything that the lock guards. */
extern struct registry {
  bool sharing_works; /* mremap with old size 0 has worked */
  bool large_pages;   /* pages of 64 KiB may be asked for */
  char *views, *windows;
  struct slot_record *slots;
  struct seen *seen;
  uint8_t *states;
  uint32_t span;         /* slots for which there are addresses */
  uint32_t end;          /* all slots and frames with memory lie below */
  uint32_t added;        /* slots, by this process */
  uint32_t free_hint;    /* no free slot with a free home lies below */
  uint32_t warm_hint;    /* no warm frame lies below */
  unsigned forks;        /* under way: see fork.c */
  size_t unfinished;     /* LOST and FREED slots */
  size_t mapping_budget; /* how many of the kernel's mappings may be used; 0 before the start */
  size_t fixed_mappings; /* of those in use: not slots */
  struct chunk_stats stats;
} registry;

static inline char *view_of(struct slot slot) {
  return registry.views + (size_t)slot.index * CHUNKSIZE;
}
static inline char *window_of(struct frame frame) {
  return registry.windows + (size_t)frame.index * CHUNKSIZE;
}
static inline struct frame home_of(struct slot slot) {
  return (struct frame){slot.index};
}
static inline struct slot slot_plus(struct slot slot, size_t count) {
  return (struct slot){slot.index + (uint32_t)count};
}
static inline struct frame frame_plus(struct frame frame, size_t count) {
  return (struct frame){frame.index + (uint32_t)count};
}
static inline struct slot_record *record_of(struct slot slot) {
  return &registry.slots[slot.index];
}
static inline uint32_t maps_of(struct slot slot) {
  return registry.slots[slot.index].maps;
}
static inline struct frame frame_of(struct slot slot) {
  return (struct frame){maps_of(slot) & FRAME};
}
static inline bool is_memory_without_frame(uint32_t maps) {
  return maps & PRIVATE && !(maps & FRAME);
}
static inline bool is_live(uint32_t maps) {
  return maps != FREE && !(maps & FREED);
}
static inline uint8_t state_of(struct frame frame) {
  return registry.states[frame.index] & (uint8_t)~TAKEN;
}
static inline bool frame_is_free(struct frame frame) {
  return state_of(frame) <= WARM;
}
static inline bool frame_is_foreign(struct frame frame) {
  return registry.seen[frame.index].from != 0;
}

/* lock.c. Asynchronous signals are blocked while the lock is held. */
void lock_startup(void);
void lock_begin_anew(void);
void lock_asynchronous_signals(sigset_t *set);
void lock_mask_signals(int how, const sigset_t *set, sigset_t *before);
bool lock_take(void);
void lock_give(int error);

/* generation.c */
extern uint32_t generation_newest; /* the number of the last one */
#define FOREVER UINT32_MAX
void generation_begin(void);
void generation_leave_earlier(void);
uint32_t generation_that_stays(uint32_t number);
bool generation_forget_gone(bool all);
bool generation_lives(uint32_t from, uint32_t until);

/* space.c */
bool space_sharing_works(void);
int space_map_again(void *from, size_t size, void *to);
bool space_reserve(struct slot slot, size_t count);
bool space_reserve_hole(struct slot slot, size_t count);
struct slot space_slot_at(const void *address);
uint32_t space_first(uint32_t start, uint8_t state, uint8_t other);
struct slot space_find(size_t count);
bool space_grow(size_t count);
void space_populate_records(struct slot slot, size_t count);

/* ring.c */
void ring_join(struct slot slot, size_t count, struct slot member);
bool ring_leave(struct slot slot);
static inline bool ring_is_alone(struct slot slot) {
  return record_of(slot)->next == 0;
}

/* mapping.c */
size_t mapping_boundaries(struct slot slot, size_t count);
bool mapping_is_dear(struct slot slot, size_t count);
void mapping_record(struct slot slot, size_t count, uint32_t lost, uint32_t new);
int mapping_open(struct slot slot, size_t count);
int mapping_open_private(struct slot slot, size_t count);
int mapping_share(struct slot slot, size_t count, struct slot source);
int mapping_move(struct slot slot, size_t count, struct frame frame);
int mapping_make_private(struct slot slot);
int mapping_protect(struct slot slot, size_t count, bool writable);
int mapping_close(struct slot slot, size_t count);
bool mapping_is_readable(const void *address);
bool mapping_is_writable(const void *address);

/* frame.c */
struct slot frames_find_room(size_t count);
struct frame frame_find(struct slot slot);
int frame_fill(struct frame target, const char *bytes);
int frame_copy(struct frame target, struct frame source);
void frames_claim(struct frame frame, size_t count, bool zeroed);
void frames_release(struct slot slot, size_t count);
void frame_discard(struct frame frame);
void frames_free(struct slot slot, size_t count);
void frames_let_go(struct slot slot);
int frames_make_private(struct slot slot);
void frames_retry(void);
void frames_recover(bool all);
void frames_mark_seen(void);
void frames_leave_to_parent(void);

/* split.c */
int split(struct slot slot);
int split_adopt(struct slot slot, size_t count);
int split_bring_home(struct slot slot, size_t count);

/* fork.c */
void fork_enter(void);

/* fault.c */
void fault_startup(void);

#endif
