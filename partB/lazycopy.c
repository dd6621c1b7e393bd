/* The public functions: what lazycopy.h promises, put together from slots,
 * frames and rings. Each takes the lock, checks its arguments, does its work and
 * leaves errno as the header says. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "internal.h"

enum { HUGE_BLOCK = 64 }; /* chunks: blocks from 4 MiB ask for huge pages, if allowed */

/* ---- Start-up, entering and leaving ---- */

/* Does the administrator leave huge pages for shared memory to programs? */
static bool huge_pages_on_advice(void) {
  char text[128];
  int file = open("/sys/kernel/mm/transparent_hugepage/shmem_enabled", O_RDONLY | O_CLOEXEC);
  if (file < 0) return false;
  ssize_t length = read(file, text, sizeof text - 1);
  close(file);
  text[length > 0 ? length : 0] = '\0';
  return strstr(text, "[advise]") != NULL;
}

/* A thread must not be cancelled while it reads the kernel's settings: it holds
 * the lock. */
static void start(void) {
  int before;
  pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &before);
  registry.started = true;
  registry.huge_pages = huge_pages_on_advice();
  pressure_startup();
  fault_startup();
  pthread_setcancelstate(before, &before);
}

/* Takes the lock and does what has been put off. */
static void enter(struct held *held) {
  lock(held);
  if (!registry.started) start();
  fork_refresh();
  slots_reap();
}

/* Gives the lock back. error is 0 or goes to errno. */
static void leave(struct held *held, int error) {
  unlock(held);
  if (error) errno = error;
}

/* The slots of a range of live chunks, or no place. */
static struct place live_range(const void *chunks, size_t count) {
  struct place slot = arena_slot_at(chunks);
  if (!slot.arena || (uintptr_t)chunks % CHUNKSIZE != 0 || count == 0) return (struct place){NULL, 0};
  if (count > slot.arena->count - slot.index) return (struct place){NULL, 0};
  for (size_t i = 0; i < count; i++) {
    if (!is_live(*mapping_of(place_plus(slot, i)))) return (struct place){NULL, 0};
  }
  return slot;
}

/* ---- New blocks ---- */

/* Opens free slots. No place if refused. */
static struct place new_block(size_t count, bool zeroed) {
  struct place slot = arena_find_free(count, false);
  if (!slot.arena) return slot;
  if (zeroed) frames_clear(slot, count);
  if (slots_open(slot, count) != 0) return (struct place){NULL, 0};
  uint32_t flags = WRITABLE;
  bool huge = registry.huge_pages && count >= HUGE_BLOCK;
  if (huge && madvise(view_of(slot), count * CHUNKSIZE, MADV_HUGEPAGE) == 0) flags |= HUGE_PAGES;
  frames_claim(slot, count);
  slots_record(slot, count, number_of(slot) | flags);
  return slot;
}

void *chunks_alloc(size_t count) {
  struct held held;
  enter(&held);
  struct place slot = count > 0 ? new_block(count, true) : (struct place){NULL, 0};
  leave(&held, slot.arena ? 0 : count > 0 ? ENOMEM : EINVAL);
  return slot.arena ? view_of(slot) : NULL;
}

/* Copies in the open: other threads may go on meanwhile, and their first writes. */
static void *copy_eagerly(void *chunks, size_t count, bool instead_of_lazy) {
  struct held held;
  enter(&held);
  struct place source = live_range(chunks, count);
  struct place copy = source.arena ? new_block(count, false) : (struct place){NULL, 0};
  if (copy.arena && instead_of_lazy) registry.eager_fallbacks += count;
  leave(&held, copy.arena ? 0 : source.arena ? ENOMEM : EINVAL);
  if (!copy.arena) return NULL;
  int error = errno;
  char *target = view_of(copy);
  /* All pages in one call; without memory that is an error here and not a signal. */
  if (madvise(target, count * CHUNKSIZE, MADV_POPULATE_WRITE) != 0 && errno != EINVAL) {
    chunks_free(target, count);
    errno = ENOMEM;
    return NULL;
  }
  errno = error;
  return memcpy(target, chunks, count * CHUNKSIZE);
}

void *chunks_copy_eager(void *chunks, size_t count) {
  return copy_eagerly(chunks, count, false);
}

/* ---- Lazy copies ---- */

/* The number of slots from the first that map consecutive frames. */
static size_t run_length(struct place slot, size_t count) {
  const uint32_t *mapping = mapping_of(slot);
  size_t length = 1;
  while (length < count && mapping[length] == mapping[length - 1] + 1) length++;
  return length;
}

static bool any_writable(struct place slot, size_t count) {
  uint32_t all = 0;
  for (size_t i = 0; i < count; i++) all |= mapping_of(slot)[i];
  return all & WRITABLE;
}

/* Maps free slots to what is behind the source: run by run, as mremap with old
 * size 0 takes the frames that follow the first, whatever the slots beside it
 * map. Returns false if that is refused for a part of them. */
static bool share_runs(struct place slot, struct place source, size_t count) {
  for (size_t done = 0, length; done < count; done += length) {
    struct place from = place_plus(source, done), to = place_plus(slot, done);
    length = run_length(from, count - done);
    if (slots_share(to, length, from) != 0) return false;
    slots_record(to, length, *mapping_of(from));
    ring_join(to, length, from);
  }
  return true;
}

/* A lazy copy of live slots, or no place if it has to be made eagerly: in a
 * private arena, when mappings are short, or if the kernel refuses. */
static struct place copy_lazily(struct place source, size_t count) {
  struct place none = {NULL, 0};
  if (source.arena->is_private) return none;
  bool protect = any_writable(source, count);
  size_t cost = slots_boundaries(source, count) + (protect ? 2 : 0);
  if (registry.mappings + cost > registry.mapping_budget) return none;
  struct place copy = slots_reuse(count);
  if (!copy.arena) copy = arena_find_free(count, true);
  if (!copy.arena) return none;
  arena_populate_records(copy, count);
  if (protect) tables_move_to_window(source, count);
  bool refused = protect && slots_protect(source, count, false) != 0;
  if (!refused && share_runs(copy, source, count)) return copy;
  slots_give_back(copy, count);
  return none;
}

void *chunks_copy_lazy(void *chunks, size_t count) {
  struct held held;
  enter(&held);
  struct place source = live_range(chunks, count);
  struct place copy = source.arena ? copy_lazily(source, count) : source;
  leave(&held, source.arena ? 0 : EINVAL);
  if (copy.arena) return view_of(copy);
  return source.arena ? copy_eagerly(chunks, count, true) : NULL;
}

/* ---- The rest ---- */

int chunks_free(void *chunks, size_t count) {
  if (!chunks && count > 0) return 0;
  struct held held;
  enter(&held);
  struct place slot = live_range(chunks, count);
  if (slot.arena) slots_free(slot, count);
  leave(&held, slot.arena ? 0 : EINVAL);
  return slot.arena ? 0 : -1;
}

/* One chunk at a time, so that other threads need not wait for all of them. */
int chunk_make_writable(void *address, size_t length) {
  uintptr_t begin = (uintptr_t)address & ~(uintptr_t)(CHUNKSIZE - 1), end = (uintptr_t)address + length;
  if (length == 0) return 0;
  struct held held;
  enter(&held);
  bool live = end > begin && live_range((void *)begin, (end - begin + CHUNKSIZE - 1) / CHUNKSIZE).arena;
  leave(&held, live ? 0 : EINVAL);
  if (!live) return -1;
  for (; begin < end; begin += CHUNKSIZE) {
    enter(&held);
    struct place slot = live_range((void *)begin, 1);
    int error = !slot.arena ? EINVAL : split(slot) != 0 ? ENOMEM : 0;
    leave(&held, error);
    if (error) return -1;
  }
  return 0;
}

void chunk_get_stats(struct chunk_stats *stats) {
  struct held held;
  enter(&held);
  slots_finish_free();
  *stats = (struct chunk_stats){
      .live_chunks = registry.live,
      .sharing_chunks = registry.sharing,
      .frames_in_use = registry.used,
      .frames_cached = registry.warm_count,
      .bytes_saved = registry.live > registry.used ? (registry.live - registry.used) * CHUNKSIZE : 0,
      .splits = registry.splits,
      .splits_without_copy = registry.promotions,
      .eager_fallbacks = registry.eager_fallbacks,
      .kernel_mappings = registry.mappings,
  };
  leave(&held, 0);
}

void chunk_startup(void) {
  struct held held;
  enter(&held);
  leave(&held, 0);
}

void *chunk_alloc(void) {
  return chunks_alloc(1);
}

void *chunk_copy_eager(void *chunk) {
  return chunks_copy_eager(chunk, 1);
}

void *chunk_copy_lazy(void *chunk) {
  return chunks_copy_lazy(chunk, 1);
}

int chunk_free(void *chunk) {
  return chunks_free(chunk, 1);
}
