/* Rings of sharers: the slots that map the same frame, as a circular doubly
 * linked list of their indices. A slot that has its frame to itself is in no
 * ring: its links are 0, so that new slots need no set-up. */
#include "internal.h"

/* Puts each of the slots into the ring of the member beside it. */
void ring_join(struct slot slot, size_t count, struct slot member) {
  struct slot_record *joins = record_of(slot), *stays = record_of(member);
  registry.stats.sharing_chunks += count;
  for (uint32_t i = 0; i < count; i++) {
    if (stays[i].next == 0) {
      stays[i].next = stays[i].previous = member.index + i;
      registry.stats.sharing_chunks++;
    }
    joins[i].next = stays[i].next;
    joins[i].previous = member.index + i;
    registry.slots[stays[i].next].previous = slot.index + i;
    stays[i].next = slot.index + i;
  }
}

/* Takes the slot out of its ring. Returns whether another slot still maps its
 * frame. */
bool ring_leave(struct slot slot) {
  struct slot_record *leaves = record_of(slot);
  if (ring_is_alone(slot)) return false;
  struct slot_record *next = &registry.slots[leaves->next], *previous = &registry.slots[leaves->previous];
  next->previous = leaves->previous;
  previous->next = leaves->next;
  registry.stats.sharing_chunks--;
  if (next == previous) { /* the only one left */
    next->next = next->previous = 0;
    registry.stats.sharing_chunks--;
  }
  leaves->next = leaves->previous = 0;
  return true;
}
