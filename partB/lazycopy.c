/* The public functions for chunks and blocks: what lazycopy.h promises, put together from
 * slots, frames and rings. Each takes the lock, checks its arguments, does its work and leaves
 * errno as the header says. */
#include <errno.h>

#include "internal.h"

enum { BATCH = 1024, CLEARED = 512 }; /* chunks after which other threads may take the lock */

static void let_others(void) {
  lock_let_others();
  fork_take_lock();
}

/* ---- New blocks ---- */

/* Nobody else knows these slots yet. */
void *chunks_alloc(size_t count) {
  enter();
  struct slot slot = {0};
  if (count > 0) slot = slot_open(count);
  bool is_zero = slot.index == 0 || is_private(maps_of(slot));
  for (size_t i = 0, cleared = 0; i < count && !is_zero; i++) {
    if (slot_clear(slot_plus(slot, i)) && ++cleared % CLEARED == 0) let_others();
  }
  int error = count > 0 ? ENOMEM : EINVAL;
  lock_give(slot.index ? 0 : error);
  return slot.index ? view_of(slot) : NULL;
}

/* ---- Copies ---- */

/* Copies the bytes of a chunk to another one: without the lock, so that other threads may go on
 * meanwhile, and write to the source. The memory is asked for first, as a write that finds none would be
 * a SIGBUS. What is not mapped is read from its frame, with the lock, so that it need not wake: mappings
 * may be short. */
static bool copy_chunk(char *to, const char *from) {
  enter();
  struct slot source = space_slot_at(from);
  bool is_there = split(space_slot_at(to)) && probe_populate(to, CHUNKSIZE);
  bool is_mapped = slot_state(source) < ASLEEP;
  if (is_there && !is_mapped) copy_words(to, window_of(frame_of(source)), CHUNKSIZE);
  lock_give(is_there ? 0 : ENOMEM);
  if (is_there && is_mapped) copy_words(to, from, CHUNKSIZE);
  return is_there;
}

static void *fill(char *target, const char *chunks, size_t count) {
  for (size_t done = 0; done < count; done++) {
    if (copy_chunk(target + done * CHUNKSIZE, chunks + done * CHUNKSIZE)) continue;
    chunks_free(target, count);
    return NULL;
  }
  return target;
}

enum kind { EAGER, LAZY, SNAPSHOT };

static void *copy(void *chunks, size_t count, enum kind kind) {
  enter();
  struct slot source = enter_range(chunks, count), shared = {0}, fresh = {0};
  if (source.index && kind != EAGER) shared = copy_sharing(source, count, kind == SNAPSHOT);
  if (source.index && !shared.index) fresh = slot_open(count);
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

/* Batch by batch; and by copying the bytes of a chunk that cannot come to share: of twice as many
 * each time, lest a kernel that refuses all be asked for each. */
int chunks_restore(void *chunks, void *snapshot, size_t count) {
  enter();
  struct slot to = enter_range(chunks, count), from = enter_range(snapshot, count);
  bool are_apart = to.index + count <= from.index || from.index + count <= to.index;
  bool is_valid = to.index && from.index && (are_apart || to.index == from.index);
  int result = lock_give(is_valid ? 0 : EINVAL);
  if (!is_valid || to.index == from.index) return result;
  for (size_t done = 0, by_bytes = 1; done < count;) {
    size_t batch = count - done < BATCH ? count - done : BATCH;
    enter();
    size_t restored = copy_restore(slot_plus(to, done), slot_plus(from, done), batch);
    lock_let_others();
    done += restored;
    if (restored == batch) continue;
    if (restored > 0) by_bytes = 1;
    for (size_t end = count - done < by_bytes ? count : done + by_bytes; done < end; done++) {
      if (!copy_chunk((char *)chunks + done * CHUNKSIZE, (char *)snapshot + done * CHUNKSIZE)) return -1;
    }
    by_bytes *= 2;
  }
  return 0;
}

size_t chunks_same(const void *chunks, const void *others, size_t count) {
  enter();
  struct slot slots = enter_range(chunks, count), counterparts = enter_range(others, count);
  size_t same = slots.index && counterparts.index ? copy_same(slots, counterparts, count) : 0;
  lock_give(0);
  return same;
}

/* ---- Freeing ---- */

/* Unmapping is what takes long: batch by batch. */
int chunks_free(void *chunks, size_t count) {
  bool is_nothing = !chunks && count > 0;
  enter();
  struct slot slot = enter_range(chunks, count);
  if (slot.index) slot_free(slot, count);
  for (size_t done = 0; slot.index && done < count; done += BATCH) {
    if (done > 0) let_others();
    slot_unmap(slot_plus(slot, done), count - done < BATCH ? count - done : BATCH);
  }
  return lock_give(slot.index || is_nothing ? 0 : EINVAL);
}

void chunk_trim(void) {
  enter();
  frame_recover(true);
  frame_trim();
  lock_give(0);
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
