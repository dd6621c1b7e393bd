#include "refusal.h"

#include <errno.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/types.h>
#include <unistd.h>

#include "lazycopy.h"

void *__real_mmap(void *address, size_t size, int protection, int flags, int fd, off_t offset);
void *__wrap_mmap(void *address, size_t size, int protection, int flags, int fd, off_t offset);
void *__real_mremap(void *old, size_t old_size, size_t size, int flags, void *target);
void *__wrap_mremap(void *old, size_t old_size, size_t size, int flags, ...);
int __real_mprotect(void *address, size_t size, int protection);
int __wrap_mprotect(void *address, size_t size, int protection);
int __real_madvise(void *address, size_t size, int advice);
int __wrap_madvise(void *address, size_t size, int advice);

/* Atomic, because the library's fault handler calls these functions, too. */
static atomic_uint refused_kinds, awaited_kinds;
static atomic_long calls_until_then, calls, first_refused, last_refused, refusals;
static atomic_int sharing_refused, holes_filled;
static void (*_Atomic run_meanwhile)(void);

void refuse(unsigned kinds, long first, long count) {
  calls = refusals = 0;
  first_refused = first;
  last_refused = first + count - 1;
  refused_kinds = kinds;
}

long refuse_nothing(void) {
  refused_kinds = 0;
  return refusals;
}

void refuse_sharing(void) {
  sharing_refused = 1;
}

void fill_holes(void) {
  holes_filled = 1;
}

void meanwhile(unsigned kinds, long number, void (*run)(void)) {
  run_meanwhile = run;
  calls_until_then = number;
  awaited_kinds = kinds;
}

int meanwhile_ran(void) {
  awaited_kinds = 0;
  return calls_until_then == 0;
}

static int is_refused(enum refusable kind) {
  if (awaited_kinds & kind && --calls_until_then == 0) {
    awaited_kinds = 0;
    run_meanwhile();
  }
  if (!(refused_kinds & kind)) return 0;
  long call = ++calls;
  if (call < first_refused || call > last_refused) return 0;
  refusals++;
  errno = kind == MADVISE ? EAGAIN : ENOMEM;
  return 1;
}

/* --- Holes --- */

static size_t page_size(void) {
  return (size_t)sysconf(_SC_PAGESIZE);
}

/* What the last refused call has unmapped. */
static char *_Atomic hole;
static atomic_size_t hole_size;

/* What another thread has mapped there. */
static struct taking {
  char *memory;
  size_t size;
} takings[16];
static atomic_size_t taken;

enum { FOREIGN = 'F' };

static void take(char *memory, size_t size) {
  size_t page = page_size();
  int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE;
  if (taken == sizeof takings / sizeof *takings) return;
  if (__real_mmap(memory, size, PROT_READ | PROT_WRITE, flags, -1, 0) != memory) return;
  memset(memory, FOREIGN, page);
  memset(memory + size - page, FOREIGN, page);
  takings[taken++] = (struct taking){memory, size};
}

int holes_hold(void) {
  for (size_t i = 0; i < taken; i++) {
    for (size_t at = 0; at < page_size(); at++) {
      if (takings[i].memory[at] != FOREIGN || takings[i].memory[takings[i].size - 1 - at] != FOREIGN)
        return 0;
    }
  }
  return 1;
}

/* A refused call has unmapped its target, unless it is KEPT. */
static void leave_hole(void *target, size_t size) {
  int error = errno;
  if (refused_kinds & KEPT) return;
  munmap(target, size);
  hole = target;
  hole_size = size;
  if (refused_kinds & TAKEN_AT_FIRST) take(target, page_size());
  if (refused_kinds & TAKEN_IN_MIDDLE) take((char *)target + size / 2, page_size());
  if (refused_kinds & TAKEN_AT_LAST) take((char *)target + size - page_size(), page_size());
  if (refused_kinds & TAKEN_WHOLLY) take(target, size);
  errno = error;
}

/* Where the kernel maps what it may map anywhere: NULL leaves it to the kernel. */
static char *place_for(size_t size) {
  if (!holes_filled || !hole || size > hole_size) return NULL;
  char *place = size == hole_size ? hole : hole + page_size();
  int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE;
  if (__real_mmap(place, size, PROT_NONE, flags, -1, 0) != place) return NULL; /* not free any more */
  munmap(place, size);
  return place;
}

/* --- The calls --- */

void *__wrap_mmap(void *address, size_t size, int protection, int flags, int fd, off_t offset) {
  if (!is_refused(MMAP))
    return __real_mmap(address ? address : place_for(size), size, protection, flags, fd, offset);
  if (flags & MAP_FIXED) leave_hole(address, size);
  return MAP_FAILED;
}

static void *fixed_target(int flags, va_list arguments) {
  return flags & MREMAP_FIXED ? va_arg(arguments, void *) : NULL;
}

void *__wrap_mremap(void *old, size_t old_size, size_t size, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  void *target = fixed_target(flags, arguments);
  va_end(arguments);
  if (sharing_refused && old_size == 0) {
    errno = EINVAL;
    return MAP_FAILED;
  }
  if (!is_refused(MREMAP)) {
    void *place = target ? NULL : place_for(size);
    return __real_mremap(old, old_size, size, place ? flags | MREMAP_FIXED : flags, place ? place : target);
  }
  if (target) leave_hole(target, size);
  return MAP_FAILED;
}

int __wrap_mprotect(void *address, size_t size, int protection) {
  if (!is_refused(MPROTECT)) return __real_mprotect(address, size, protection);
  size_t half = size / CHUNKSIZE / 2 * CHUNKSIZE;
  if (refused_kinds & HALF_DONE && half > 0) __real_mprotect(address, half, protection);
  return -1;
}

/* What concerns dumps is done: it is refused only if it cuts a mapping, and whole ones are asked for. */
int __wrap_madvise(void *address, size_t size, int advice) {
  int is_harmless = advice == MADV_DODUMP || advice == MADV_DONTDUMP;
  return !is_harmless && is_refused(MADVISE) ? -1 : __real_madvise(address, size, advice);
}
