/* Rings of sharers: the slots that map the same frame, as a circular doubly
 * linked list of their numbers. A slot that has its frame to itself is in no
 * ring: its links are 0, so that new slots need no set-up.
 * Everything here is async-signal-safe. */
#include "internal.h"

/* Puts each of the slots into the ring of the member beside it. */
void ring_join(struct place slot, size_t count, struct place member) {
  struct arena *to = slot.arena, *from = member.arena;
  uint32_t *next = to->next_sharer + slot.index, *previous = to->previous_sharer + slot.index;
  uint32_t *member_next = from->next_sharer + member.index,
           *member_previous = from->previous_sharer + member.index;
  uint32_t number = number_of(slot), member_number = number_of(member);
  struct arena *third = from;
  registry.sharing += count;
  for (uint32_t i = 0; i < count; i++) {
    uint32_t after = member_next[i];
    previous[i] = member_number + i;
    member_next[i] = number + i;
    if (after == 0) {
      next[i] = member_number + i;
      member_previous[i] = number + i;
      registry.sharing++;
      continue;
    }
    next[i] = after;
    if (after - third->first >= third->count) third = arena_place(after).arena;
    third->previous_sharer[after - third->first] = number + i;
  }
}

/* Takes the slot out of its ring. Returns whether another slot still maps its
 * frame. */
bool ring_leave(struct place slot) {
  uint32_t *next = &slot.arena->next_sharer[slot.index], *previous = &slot.arena->previous_sharer[slot.index];
  if (*next == 0) return false;
  struct place after = arena_place(*next), before = arena_place(*previous);
  registry.sharing--;
  if (*next == *previous) {
    after.arena->next_sharer[after.index] = after.arena->previous_sharer[after.index] = 0;
    registry.sharing--;
  } else {
    after.arena->previous_sharer[after.index] = *previous;
    before.arena->next_sharer[before.index] = *next;
  }
  *next = *previous = 0;
  return true;
}
