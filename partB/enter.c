/* How each public function begins: the library is started, the lock taken, and the slots are
 * found that are meant. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "internal.h"

enum { DEFAULT_LIMIT = 65530 }; /* of mappings, if the kernel does not say */

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
void enter(void) {
  fork_take_lock();
  lock_open_faults();
  if (registry.mapping_budget == 0) start();
  frame_recover(false);
  slot_finish();
}

/* The slots of a range of live chunks, or none. */
struct slot enter_range(const void *chunks, size_t count) {
  struct slot slot = space_slot_at(chunks), none = {0};
  if (!slot.index || (uintptr_t)chunks % CHUNKSIZE != 0 || count == 0) return none;
  if (count > registry.end - slot.index) return none;
  for (size_t i = 0; i < count; i++) {
    if (!is_live(maps_of(slot_plus(slot, i)))) return none;
  }
  return slot;
}
