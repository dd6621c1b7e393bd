/* The public functions for the chunks that hold some bytes: so that a system call may read or
 * write there, now or until further notice. */
#include <errno.h>

#include "internal.h"

/* The chunks that hold some bytes. */
struct range {
  char *chunks;
  size_t count;
};

static struct range chunks_of(void *address, size_t length) {
  size_t offset = (uintptr_t)address % CHUNKSIZE;
  if (length > SIZE_MAX - 2 * CHUNKSIZE) return (struct range){NULL, 1};
  return (struct range){(char *)address - offset, length ? (offset + length + CHUNKSIZE - 1) / CHUNKSIZE : 0};
}

/* Does something with each of the chunks, if all are live: one at a time, so that other threads
 * need not wait for all of them. */
static int for_each(void *address, size_t length, bool (*act)(struct slot)) {
  struct range range = chunks_of(address, length);
  int result;
  size_t i = 0;
  do {
    enter();
    struct slot slot = enter_range(range.chunks + i * CHUNKSIZE, i == 0 ? range.count : 1);
    int error = slot.index || range.count == 0 ? 0 : EINVAL;
    if (slot.index && !act(slot)) error = ENOMEM;
    result = lock_give(error);
  } while (++i < range.count && result == 0);
  return result;
}

int chunk_make_writable(void *address, size_t length) {
  return for_each(address, length, split);
}

int chunk_make_readable(void *address, size_t length) {
  return for_each(address, length, split_to_read);
}

/* Counts pins only when all the chunks have memory that stays, which most have got by then. */
static int change_pins(void *address, size_t length, bool pin) {
  struct range range = chunks_of(address, length);
  enter();
  struct slot slot = enter_range(range.chunks, range.count);
  int error = slot.index || range.count == 0 ? 0 : EINVAL;
  for (size_t i = 0; i < range.count && !error; i++) {
    if (pin && !slot_pin(slot_plus(slot, i))) error = ENOMEM;
    if (!pin && record_of(slot)[i].pins == 0) error = EINVAL;
  }
  for (size_t i = 0; i < range.count && !error; i++) record_of(slot)[i].pins += pin ? 1 : -1u;
  return lock_give(error);
}

int chunk_pin(void *address, size_t length) {
  return for_each(address, length, slot_pin) == 0 ? change_pins(address, length, true) : -1;
}

int chunk_unpin(void *address, size_t length) {
  return change_pins(address, length, false);
}
