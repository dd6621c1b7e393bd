/* The public functions: what lazycopy.h promises, put together from slots, frames
 * and rings. Each takes the lock, checks its arguments, does its work and leaves
 * errno as the header says. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "internal.h"

enum {
  DEFAULT_LIMIT = 65530, /* of mappings, if the kernel does not say */
  BATCH = 1024,          /* chunks after which other threads may take the lock */
};

/* ---- Start-up, entering and leaving ---- */

/* What the kernel says in one of its small files, or nothing. In open and read, a thread
 * could be cancelled, while it holds the lock. */
static void read_setting(const char *name, char *text, size_t size) {
  long file = syscall(SYS_openat, AT_FDCWD, name, O_RDONLY | O_CLOEXEC);
  long length = file >= 0 ? syscall(SYS_read, file, text, size - 1) : 0;
  text[length > 0 ? length : 0] = '\0';
  if (file >= 0) syscall(SYS_close, file);
}

/* The limit on mappings, but an eighth for the rest of the program; and whether pages
 * as large as a chunk may be asked for (see README.md for why no larger ones are). */
static void start(void) {
  char text[128];
  read_setting("/proc/sys/vm/max_map_count", text, sizeof text);
  size_t limit = strtoul(text, NULL, 10);
  if (limit == 0) limit = DEFAULT_LIMIT;
  registry.mapping_budget = limit - limit / 8;
  read_setting("/sys/kernel/mm/transparent_hugepage/hugepages-64kB/shmem_enabled", text, sizeof text);
  registry.large_pages = strstr(text, "[advise]") != NULL;
  lock_startup();
  fault_startup();
}

/* Takes the lock and does what can be done now. Who calls the library means to write to chunks,
 * also if somebody has blocked SIGSEGV for him. */
static void enter(void) {
  fork_take_lock();
  lock_open_faults();
  if (registry.mapping_budget == 0) start();
  frame_recover(false);
  slot_finish();
}

/* The slots of a range of live chunks, or none. */
static struct slot live_range(const void *chunks, size_t count) {
  struct slot slot = space_slot_at(chunks), none = {0};
  if (!slot.index || (uintptr_t)chunks % CHUNKSIZE != 0 || count == 0) return none;
  if (count > registry.end - slot.index) return none;
  for (size_t i = 0; i < count; i++) {
    if (!is_live(maps_of(slot_plus(slot, i)))) return none;
  }
  return slot;
}

/* ---- New blocks ---- */

void *chunks_alloc(size_t count) {
  enter();
  struct slot slot = {0};
  if (count > 0) slot = slot_open(count, true);
  int error = count > 0 ? ENOMEM : EINVAL;
  lock_give(slot.index ? 0 : error);
  return slot.index ? view_of(slot) : NULL;
}

/* ---- Copies ---- */

/* Without the lock: other threads may go on meanwhile, and write to the source. */
static void *fill(void *target, const void *chunks, size_t count) {
  int error = errno;
  if (!probe_populate(target, count * CHUNKSIZE)) {
    chunks_free(target, count);
    errno = ENOMEM;
    return NULL;
  }
  errno = error;
  copy_words(target, chunks, count * CHUNKSIZE);
  return target;
}

enum kind { EAGER, LAZY, SNAPSHOT };

static void *copy(void *chunks, size_t count, enum kind kind) {
  enter();
  struct slot source = live_range(chunks, count), shared = {0}, fresh = {0};
  if (source.index && kind != EAGER) shared = copy_sharing(source, count, kind == SNAPSHOT);
  if (source.index && !shared.index) fresh = slot_open(count, false);
  if (fresh.index && kind != EAGER) registry.stats.eager_fallbacks += count;
  int error = source.index ? ENOMEM : EINVAL;
  lock_give(shared.index || fresh.index ? 0 : error);
  if (shared.index) return view_of(shared);
  return fresh.index ? fill(view_of(fresh), chunks, count) : NULL;
}

void *chunks_copy_eager(void *chunks, size_t count) {
  return copy(chunks, count, EAGER);
}

void *chunks_copy_lazy(void *chunks, size_t count) {
  return copy(chunks, count, LAZY);
}

void *chunks_snapshot(void *chunks, size_t count) {
  return copy(chunks, count, SNAPSHOT);
}

/* Batch by batch; and by copying the bytes of a chunk that cannot come to share, without the
 * lock, so that the source may wake. */
int chunks_restore(void *chunks, void *snapshot, size_t count) {
  size_t distance = chunks < snapshot ? (char *)snapshot - (char *)chunks : (char *)chunks - (char *)snapshot;
  enter();
  struct slot to = live_range(chunks, count), from = live_range(snapshot, count);
  bool is_valid = to.index && from.index && (distance == 0 || distance / CHUNKSIZE >= count);
  if (lock_give(is_valid ? 0 : EINVAL)) lock_let_others();
  if (!is_valid || distance == 0) return is_valid ? 0 : -1;
  for (size_t done = 0; done < count;) {
    size_t batch = count - done < BATCH ? count - done : BATCH;
    enter();
    size_t restored = copy_restore(slot_plus(to, done), slot_plus(from, done), batch);
    if (lock_give(0)) lock_let_others();
    done += restored;
    if (restored == batch) continue;
    if (chunk_make_writable((char *)chunks + done * CHUNKSIZE, CHUNKSIZE) != 0) return -1;
    copy_words((char *)chunks + done * CHUNKSIZE, (char *)snapshot + done * CHUNKSIZE, CHUNKSIZE);
    done++;
  }
  return 0;
}

size_t chunks_same(const void *chunks, const void *others, size_t count) {
  enter();
  struct slot slots = live_range(chunks, count), counterparts = live_range(others, count);
  size_t same = slots.index && counterparts.index ? copy_same(slots, counterparts, count) : 0;
  lock_give(0);
  return same;
}

/* ---- Freeing ---- */

/* Unmapping is what takes long: batch by batch. */
int chunks_free(void *chunks, size_t count) {
  if (!chunks && count > 0) return 0;
  enter();
  struct slot slot = live_range(chunks, count);
  if (slot.index) slot_free(slot, count);
  for (size_t done = 0; slot.index && done < count; done += BATCH) {
    if (done > 0 && lock_give(0)) lock_let_others();
    if (done > 0) fork_take_lock();
    slot_unmap(slot_plus(slot, done), count - done < BATCH ? count - done : BATCH);
  }
  lock_give(slot.index ? 0 : EINVAL);
  return slot.index ? 0 : -1;
}

void chunk_trim(void) {
  enter();
  frame_trim();
  lock_give(0);
}

/* ---- What may be done with the bytes ---- */

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
static int for_each(void *address, size_t length, enum outcome (*act)(struct slot)) {
  struct range range = chunks_of(address, length);
  int error = 0;
  for (size_t i = 0; i < range.count && !error; i++) {
    enter();
    struct slot slot = live_range(range.chunks + i * CHUNKSIZE, i == 0 ? range.count : 1);
    if (!slot.index) {
      error = EINVAL;
    } else if (act(slot) != DONE) {
      error = ENOMEM;
    }
    lock_give(error);
  }
  return error ? -1 : 0;
}

int chunk_make_writable(void *address, size_t length) {
  return for_each(address, length, split);
}

static enum outcome make_readable(struct slot slot) {
  return slot_state(slot) == ASLEEP || slot_state(slot) == UNMAPPED ? slot_wake(slot) : DONE;
}

int chunk_make_readable(void *address, size_t length) {
  return for_each(address, length, make_readable);
}

/* Counts pins only when all the chunks have memory that stays. */
static int change_pins(void *address, size_t length, bool pin) {
  struct range range = chunks_of(address, length);
  if (range.count == 0) return 0;
  enter();
  struct slot slot = live_range(range.chunks, range.count);
  int error = slot.index ? 0 : EINVAL;
  for (size_t i = 0; i < range.count && !error; i++) {
    if (pin && slot_pin(slot_plus(slot, i)) != DONE) error = ENOMEM;
    if (!pin && registry.pins[slot.index + i] == 0) error = EINVAL;
  }
  for (size_t i = 0; i < range.count && !error; i++) registry.pins[slot.index + i] += pin ? 1 : -1u;
  lock_give(error);
  return error ? -1 : 0;
}

int chunk_pin(void *address, size_t length) {
  return change_pins(address, length, true);
}

int chunk_unpin(void *address, size_t length) {
  return change_pins(address, length, false);
}

/* ---- The rest ---- */

/* Written without the lock: the structure may lie in a lazy copy. */
void chunk_get_stats(struct chunk_stats *stats) {
  enter();
  struct chunk_stats now = registry.stats;
  lock_give(0);
  if (now.live_chunks > now.frames_in_use)
    now.bytes_saved = (now.live_chunks - now.frames_in_use) * CHUNKSIZE;
  if (stats) *stats = now;
}

void chunk_startup(void) {
  enter();
  fault_startup();
  lock_give(0);
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

void *chunk_snapshot(void *chunk) {
  return chunks_snapshot(chunk, 1);
}

int chunk_restore(void *chunk, void *snapshot) {
  return chunks_restore(chunk, snapshot, 1);
}

int chunk_free(void *chunk) {
  return chunks_free(chunk, 1);
}
