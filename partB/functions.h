/* The library's files, each of which calls only those below it, and what they have for those
 * above. It belongs to internal.h, which says what the words mean.
 *
 *   lazycopy.c     the public functions for chunks and blocks
 *   bytes.c        those for the chunks that hold some bytes
 *   enter.c        how each of them begins
 *   copy.c         copies that share: lazy ones, snapshots, and what is restored
 *   fault.c        the SIGSEGV handler; cpu.h: what the processor says of a fault
 *   fork.c         what happens around a fork
 *   split.c        giving slots other memory, with the same bytes
 *   slot.c         opening and freeing slots; doing again what was refused
 *   mapping.c      every change of what is mapped, and what follows a refusal
 *   record.c       what is recorded and counted of the slots
 *   frame.c        which frames are free, which of them are warm, and what is in them
 *   ring.c         which slots share a frame
 *   generation.c   which relatives of this process live
 *   space.c        the addresses, the records, and where there is room
 *   probe.c        questions to the kernel, where a touch could be a signal
 *   lock.c         the one lock
 *
 * Those that change what is mapped, or what is in a frame, return whether it is done. If not, the kernel
 * has refused it, and the records say what there is now: see the table in internal.h. */
#ifndef LAZYCOPY_FUNCTIONS_H
#define LAZYCOPY_FUNCTIONS_H

#include "internal.h"

/* enter.c */
void enter(void);
struct slot enter_range(const void *chunks, size_t count);

/* copy.c */
struct slot copy_sharing(struct slot source, size_t count, bool asleep);
size_t copy_same(struct slot slots, struct slot others, size_t count);
size_t copy_restore(struct slot slots, struct slot source, size_t count);

/* fault.c */
void fault_startup(void);

/* fork.c */
void fork_take_lock(void);

/* split.c */
bool split(struct slot slot);
bool split_to_read(struct slot slot);
bool split_adopt(struct slot slot, size_t count);
bool split_bring_home(struct slot slot, size_t count);

/* slot.c */
struct slot slot_open(size_t count);
bool slot_clear(struct slot slot);
void slot_free(struct slot slot, size_t count);
void slot_unmap(struct slot slot, size_t count);
bool slot_pin(struct slot slot);
bool slot_make_private(struct slot slot);
void slot_leave_frame(struct slot slot);
void slot_finish(void);
bool slot_wake(struct slot slot);

/* mapping.c */
void mapping_announce(const char *what, struct slot slot);
bool mapping_is_dear(struct slot slot, size_t count);
bool mapping_open(struct slot slot, size_t count, bool private);
char *mapping_lend(struct frame frame, size_t count);
bool mapping_share(struct slot slot, size_t count, struct slot source, char *from);
bool mapping_move(struct slot slot, size_t count, struct frame frame);
bool mapping_wake(struct slot slot, size_t count);
bool mapping_make_private(struct slot slot);
bool mapping_protect(struct slot slot, size_t count);
bool mapping_protect_private(struct slot slot);
bool mapping_unprotect(struct slot slot);
bool mapping_close(struct slot slot, size_t count);

/* record.c */
size_t record_boundaries(struct slot slot, size_t count);
void record_set(struct slot slot, size_t count, uint32_t clear, uint32_t set);
void record_recount(void);

/* frame.c */
struct unused {
  struct frame first; /* of consecutive frames that are to be discarded together */
  uint32_t count;
};
struct slot frame_find_room(size_t count);
struct frame frame_find(struct slot slot);
bool frame_prepare(struct frame target);
bool frame_copy(struct frame target, struct frame source);
void frame_use(struct frame frame);
void frame_release(struct frame frame, struct unused *unused);
void frame_discard(struct unused unused);
void frame_trim(void);
void frame_recover(bool all);
void frame_mark_seen(void);
void frame_leave_to_parent(void);

/* ring.c */
void ring_join(struct slot slot, size_t count, struct slot member);
bool ring_leave(struct slot slot);
static inline bool ring_is_alone(struct slot slot) {
  return record_of(slot)->next == 0;
}

/* generation.c */
extern uint32_t generation_newest; /* the number of the last one */
#define FOREVER UINT32_MAX
void generation_begin(void);
void generation_leave_earlier(void);
uint32_t generation_that_stays(uint32_t number);
bool generation_forget_gone(bool all);
bool generation_lives(uint32_t from, uint32_t until);

/* space.c */
enum hole { NO_HOLE, HOLE_RESERVED, HOLE_OPEN, HOLE_TAKEN }; /* see space_look_for_hole */
bool space_sharing_works(void);
bool space_map_again(void *from, size_t size, void *to);
bool space_reserve(struct slot slot, size_t count);
enum hole space_look_for_hole(struct slot slot);
struct slot space_slot_at(const void *address);
bool space_contains(const void *address);
uint32_t space_first_frame(uint32_t start, uint8_t state);
struct slot space_find(size_t count);
bool space_grow(size_t count);
void space_populate_records(struct slot slot, size_t count);

/* probe.c */
bool probe_is_mapped(const void *address, size_t size);
bool probe_is_readable(const void *address);
bool probe_is_writable(const void *address);
bool probe_populate(void *address, size_t size);

/* Copies whole words, each of which is the old or the new one while somebody writes to it:
 * memcpy may tear a word. */
static inline void copy_words(void *to, const volatile void *from, size_t size) {
  const volatile size_t *words = from;
  for (size_t i = 0; i < size / sizeof *words; i++) ((size_t *)to)[i] = words[i];
}

/* lock.c. All signals except SIGSEGV are blocked while the lock is held. */
void lock_startup(void);
void lock_begin_anew(void);
void lock_other_signals(sigset_t *set);
void lock_mask_signals(int how, const sigset_t *set, sigset_t *before);
bool lock_take(void);
bool lock_is_mine(void);
void lock_open_faults(void);
int lock_give(int error);
void lock_let_others(void);

#endif
