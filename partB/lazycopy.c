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
  SCATTERED = 64,        /* mappings of a block from which its chunks are brought home */
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

/* Takes the lock and does what can be done now. */
static void enter(void) {
  fork_take_lock();
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

/* ---- Lazy copies ---- */

/* The number of slots from the first that map consecutive frames. */
static size_t run_length(struct slot slot, size_t count) {
  const struct slot_record *records = record_of(slot);
  size_t length = 1;
  while (length < count && records[length].maps == records[length - 1].maps + 1) length++;
  return length;
}

/* Maps free slots to what is behind the source: run by run, as mremap with old
 * size 0 takes the frames that follow the first, whatever the slots beside it
 * map. Returns how many slots are mapped: fewer if the kernel refuses. */
static size_t share_runs(struct slot slot, struct slot source, size_t count) {
  size_t done = 0;
  while (done < count) {
    struct slot from = slot_plus(source, done), to = slot_plus(slot, done);
    size_t length = run_length(from, count - done);
    if (mapping_share(to, length, from) != DONE) break;
    done += length;
  }
  return done;
}

/* Makes all of the source read-only, and mappings few. Returns whether it can be shared. */
static bool prepare_source(struct slot source, size_t count) {
  bool any_writable = false, any_private = false, any_unmapped = false;
  for (size_t i = 0; i < count; i++) {
    uint32_t maps = maps_of(slot_plus(source, i));
    any_writable |= is_writable(maps);
    any_private |= is_private(maps);
    any_unmapped |= (maps & STATE) >= LEAVING;
  }
  if (any_unmapped || (any_private && split_adopt(source, count) != DONE)) return false;
  if (any_writable || any_private) {
    if (!is_room_for(2) || mapping_protect(source, count) != DONE) return false;
  }
  if (record_boundaries(source, count) > SCATTERED && split_bring_home(source, count) != DONE) return false;
  return is_room_for(record_boundaries(source, count));
}

/* A lazy copy of live slots, or none if it has to be made eagerly: during a fork,
 * when mappings are short, or if the kernel refuses. */
static struct slot copy_lazily(struct slot source, size_t count) {
  struct slot none = {0};
  if (registry.forks > 0 || !space_sharing_works() || !prepare_source(source, count)) return none;
  struct slot copy = frame_find_room(count);
  if (!copy.index) return none;
  space_populate_records(copy, count);
  size_t shared = share_runs(copy, source, count);
  if (shared == count) return copy;
  if (shared > 0) slot_free(copy, shared);
  return none;
}

/* ---- Copies ---- */

/* Without the lock: other threads may go on meanwhile, and write to the source. Word by
 * word, as memcpy may tear a word that is written meanwhile. */
static void *fill(void *target, const void *chunks, size_t count) {
  const volatile size_t *from = chunks;
  size_t *to = target;
  int error = errno;
  if (!probe_populate(target, count * CHUNKSIZE)) {
    chunks_free(target, count);
    errno = ENOMEM;
    return NULL;
  }
  errno = error;
  for (size_t i = 0; i < count * (CHUNKSIZE / sizeof *to); i++) to[i] = from[i];
  return target;
}

static void *copy(void *chunks, size_t count, bool lazily) {
  enter();
  struct slot source = live_range(chunks, count), shared = {0}, fresh = {0};
  if (source.index && lazily) shared = copy_lazily(source, count);
  if (source.index && !shared.index) fresh = slot_open(count, false);
  if (fresh.index && lazily) registry.stats.eager_fallbacks += count;
  int error = source.index ? ENOMEM : EINVAL;
  lock_give(shared.index || fresh.index ? 0 : error);
  if (shared.index) return view_of(shared);
  return fresh.index ? fill(view_of(fresh), chunks, count) : NULL;
}

void *chunks_copy_eager(void *chunks, size_t count) {
  return copy(chunks, count, false);
}

void *chunks_copy_lazy(void *chunks, size_t count) {
  return copy(chunks, count, true);
}

/* ---- The rest ---- */

int chunks_free(void *chunks, size_t count) {
  if (!chunks && count > 0) return 0;
  enter();
  struct slot slot = live_range(chunks, count);
  if (slot.index) slot_free(slot, count);
  lock_give(slot.index ? 0 : EINVAL);
  return slot.index ? 0 : -1;
}

/* One chunk at a time, so that other threads need not wait for all of them. */
int chunk_make_writable(void *address, size_t length) {
  size_t offset = (uintptr_t)address % CHUNKSIZE, count = (offset + length + CHUNKSIZE - 1) / CHUNKSIZE;
  char *begin = (char *)address - offset;
  int error = length > SIZE_MAX - 2 * CHUNKSIZE ? EINVAL : 0;
  for (size_t i = 0; length > 0 && i < count && !error; i++) {
    enter();
    struct slot slot = live_range(begin + i * CHUNKSIZE, i == 0 ? count : 1);
    if (!slot.index) {
      error = EINVAL;
    } else if (split(slot) != DONE) {
      error = ENOMEM;
    }
    lock_give(error);
  }
  if (error) errno = error;
  return error ? -1 : 0;
}

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

int chunk_free(void *chunk) {
  return chunks_free(chunk, 1);
}
