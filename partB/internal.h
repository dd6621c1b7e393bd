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
 * While the lock is held, no memory of the program's is touched that could fault: the
 * fault would wait for the lock for ever.
 *
 * functions.h lists the files, each of which calls only those below it, and what they do.
 *
 * Everything may run in the signal handler and is async-signal-safe, except
 * start-up, and of fork.c what pthread_atfork calls.
 *
 * ---- Words ----
 *
 * A slot is 64 KiB of the addresses that users see: the view. A frame is 64 KiB of
 * memory: it lies in the window, always at the same address and always writable.
 * Both are numbered from 1; slot n has its home in frame n. The slots that hold the
 * same frame are sharers and form a ring; one that is alone is in no ring. A frame is
 * seen if a relative, a process that this one forked or was forked from, may map it.
 *
 * ---- States of a slot ----
 *
 *   state       what is mapped there              the frame it holds
 *   FREE        reserved addresses                none
 *   READ_ONLY   its frame                         any
 *   WRITABLE    its frame                         not seen, and held by nobody else
 *   DOUBTFUL    its frame, perhaps read-only      as WRITABLE
 *   PRIVATE     private memory, writable          none
 *   PROTECTED   private memory, not to be written none
 *   LEAVING     private memory, writable          any, until the forks under way end
 *   ASLEEP      reserved addresses                the one that has its bytes
 *   UNMAPPED    nothing, or reserved addresses    the one that has its bytes
 *   STOLEN      perhaps what somebody else mapped none; it is never used again
 *
 * Beside any state that holds something, ZOMBIE: freed by the user, but still mapped.
 *
 *   from                     by                       to          after a refusal
 *   FREE                     mapping_open             WRITABLE    FREE, STOLEN
 *                              or, where nothing can
 *                              be shared,             PRIVATE
 *   FREE                     mapping_share            READ_ONLY   FREE, STOLEN
 *   FREE                     copy_sharing             ASLEEP      (calls nothing)
 *   all that hold a frame    mapping_share            READ_ONLY   the same, UNMAPPED
 *   ASLEEP                   mapping_share            ASLEEP      (calls nothing)
 *   WRITABLE, DOUBTFUL       mapping_protect          READ_ONLY   the same, DOUBTFUL
 *   PRIVATE                  mapping_protect          PROTECTED   PRIVATE, PROTECTED
 *   READ_ONLY, DOUBTFUL      mapping_unprotect        WRITABLE    the same
 *   PROTECTED                mapping_unprotect        PRIVATE     PROTECTED
 *   READ_ONLY, PROTECTED,    mapping_move             WRITABLE    the same, UNMAPPED
 *     ASLEEP, UNMAPPED
 *   ASLEEP, UNMAPPED         mapping_wake             READ_ONLY   the same, UNMAPPED
 *   all that hold a frame    mapping_make_private     LEAVING     the same, UNMAPPED
 *   LEAVING                  slot_leave_frame         PRIVATE     (calls nothing)
 *   all that are live        slot_free                ZOMBIE      (calls nothing)
 *   ZOMBIE                   mapping_close            FREE        ZOMBIE, STOLEN
 *
 * DOUBTFUL, PROTECTED, UNMAPPED and ZOMBIE are unfinished: slot_finish ends that
 * when the library is next used, and so does a fault in such a slot. If the addresses of
 * a live slot are somebody else's, the program is ended with a line that says so.
 *
 * ---- States of a frame ----
 *
 *   FREE_COLD   no slot holds it, and it has no memory: it reads as zeros
 *   FREE_WARM   no slot holds it; all of its memory is there, with anything in it
 *   LIMBO       no slot here holds it, but perhaps a relative maps it; or its memory
 *               should go, and the kernel did not take it
 *   USED_COLD   a slot holds it; perhaps not all of its memory is there
 *   USED_WARM   a slot holds it; all of its memory is there
 *   ABSENT      there is no such frame
 *
 * ---- Beliefs (tests/check.c looks at all of them, BELIEVE at some where they are used) ----
 *
 *   1. The members of a ring hold the same frame, and nobody outside of it does.
 *   2. A frame is USED exactly if a slot holds it.
 *   3. Who is WRITABLE or DOUBTFUL has its frame alone, in all processes.
 *   4. FREE, PRIVATE, PROTECTED and STOLEN slots hold no frame; all others hold one. Only what
 *      is private is pinned.
 *   5. There are LEAVING slots only while a fork is under way.
 *   6. A frame is LIMBO only if no slot here holds it.
 *   7. No free slot with a free home lies below free_hint, no warm frame below warm_hint.
 *   8. What is counted is what record_recount finds. */
#ifndef LAZYCOPY_INTERNAL_H
#define LAZYCOPY_INTERNAL_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>

#pragma GCC visibility push(default) /* everything else is hidden by the compiler's option */
#include "lazycopy.h"
#pragma GCC visibility pop

struct slot {
  uint32_t index; /* 0: there is none */
};
struct frame {
  uint32_t index; /* 0: there is none */
};

/* What a slot maps, in one word: the index of its frame, its state, and perhaps ZOMBIE. From PRIVATE
 * on it maps no frame, from ASLEEP on nothing of its own, and what is STOLEN is not live. */
#define IN_STATE(number) ((number##u) << 27)
enum {
  FRAME = (1u << 26) - 1,
  STATE = IN_STATE(15),
  FREE = 0,
  READ_ONLY = IN_STATE(1),
  WRITABLE = IN_STATE(2),
  DOUBTFUL = IN_STATE(3),
  PRIVATE = IN_STATE(4),
  PROTECTED = IN_STATE(5),
  LEAVING = IN_STATE(6),
  ASLEEP = IN_STATE(7),
  UNMAPPED = IN_STATE(8),
  STOLEN = IN_STATE(9)
};
#define ZOMBIE (1u << 31)
#define ALL UINT32_MAX

struct slot_record {
  uint32_t maps;
  uint32_t next, previous; /* in the ring of slots that share the frame; 0: alone */
  uint32_t pins;           /* of private memory: how often it is pinned */
};

/* The state of frame n, and a flag that slot n is not FREE, in one byte. */
enum { FREE_COLD, FREE_WARM, LIMBO, USED_COLD, USED_WARM, ABSENT, OCCUPIED = 128 };

/* The generations of relatives that have seen a frame. */
struct seen {
  uint32_t from;  /* 0: none */
  uint32_t until; /* of a frame in LIMBO */
};

/* Everything that the lock guards. */
extern struct registry {
  bool sharing_works;        /* mremap with old size 0 has worked */
  bool large_pages;          /* pages of 64 KiB may be asked for */
  bool memory_is_short;      /* for the last frame that was to be filled there was none */
  char *views, *windows;     /* where slot 0 and frame 0 would be */
  struct slot_record *slots; /* of each slot */
  struct seen *seen;         /* of each frame */
  uint8_t *states;           /* of each frame, and of the slot whose home it is */
  uint32_t span;             /* slots for which there are addresses */
  uint32_t end;              /* all slots and frames with memory lie below */
  uint32_t added;            /* slots, by this process */
  uint32_t free_hint;        /* no free slot with a free home lies below */
  uint32_t warm_hint;        /* no warm frame lies below */
  unsigned forks;            /* under way: see fork.c */
  size_t unfinished;         /* slots: see above */
  size_t mapping_budget;     /* how many of the kernel's mappings may be used; 0 before the start */
  size_t fixed_mappings;     /* of those in use: not slots */
  struct chunk_stats stats;  /* except bytes_saved */
} registry;

/* A belief at the place where it is used: the build for testing looks, and stops if it is
 * wrong. */
#ifdef LAZYCOPY_CHECK
void lazycopy_disbelieve(const char *file, int line, const char *belief);
#define BELIEVE(belief) ((belief) ? (void)0 : lazycopy_disbelieve(__FILE__, __LINE__, #belief))
#else
#define BELIEVE(belief) ((void)0)
#endif

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
static inline uint32_t slot_state(struct slot slot) {
  return maps_of(slot) & STATE;
}
static inline struct frame frame_of(struct slot slot) {
  return (struct frame){maps_of(slot) & FRAME};
}
static inline bool is_live(uint32_t maps) {
  return maps - 1 < STOLEN - 1; /* neither FREE, nor STOLEN, nor ZOMBIE */
}
static inline bool is_unfinished(uint32_t maps) {
  uint32_t state = maps & STATE;
  return maps & ZOMBIE || state == DOUBTFUL || state == PROTECTED || state == UNMAPPED;
}
/* Maps a frame that may be written, perhaps. */
static inline bool is_writable(uint32_t maps) {
  return (maps & STATE) == WRITABLE || (maps & STATE) == DOUBTFUL;
}
/* Maps private memory, and holds no frame. */
static inline bool is_private(uint32_t maps) {
  return (maps & STATE) == PRIVATE || (maps & STATE) == PROTECTED;
}
static inline uint8_t frame_state(struct frame frame) {
  return registry.states[frame.index] & (uint8_t)~OCCUPIED;
}
static inline bool frame_is_free(struct frame frame) {
  return frame_state(frame) <= FREE_WARM;
}
static inline bool is_used(uint8_t state) {
  return state == USED_COLD || state == USED_WARM;
}
static inline bool frame_is_seen(struct frame frame) {
  return registry.seen[frame.index].from != 0;
}
/* Is there room for more of the kernel's mappings? */
static inline bool is_room_for(size_t mappings) {
  return registry.stats.kernel_mappings + mappings <= registry.mapping_budget;
}

#include "functions.h"

#endif
