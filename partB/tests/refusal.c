#include "refusal.h"

#include <errno.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/types.h>

/* Atomic, because the library's fault handler calls these functions, too. */
static atomic_uint refused_kinds;
static atomic_long calls, first_refused, last_refused, refusals;
static atomic_int sharing_refused;

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

static int is_refused(enum refusable kind) {
  if (!(refused_kinds & kind)) return 0;
  long call = ++calls;
  if (call < first_refused || call > last_refused) return 0;
  refusals++;
  errno = kind == MADVISE ? EAGAIN : ENOMEM;
  return 1;
}

void *__real_mmap(void *address, size_t size, int protection, int flags, int fd, off_t offset);
void *__wrap_mmap(void *address, size_t size, int protection, int flags, int fd, off_t offset);
void *__real_mremap(void *old, size_t old_size, size_t size, int flags, void *target);
void *__wrap_mremap(void *old, size_t old_size, size_t size, int flags, ...);
int __real_mprotect(void *address, size_t size, int protection);
int __wrap_mprotect(void *address, size_t size, int protection);
int __real_madvise(void *address, size_t size, int advice);
int __wrap_madvise(void *address, size_t size, int advice);

/* What the last refused mremap has unmapped. */
static char *_Atomic hole;
static atomic_size_t hole_size;
static atomic_int holes_filled;

void fill_holes(void) {
  holes_filled = 1;
}

/* Where the kernel maps what it may map anywhere: NULL leaves it to the kernel. */
static char *place_for(size_t size) {
  unsigned char resident;
  if (!holes_filled || !hole || size > hole_size || mincore(hole, 1, &resident) == 0) return NULL;
  return size == hole_size ? hole : hole + 4096;
}

void *__wrap_mmap(void *address, size_t size, int protection, int flags, int fd, off_t offset) {
  if (is_refused(MMAP)) return MAP_FAILED;
  return __real_mmap(address ? address : place_for(size), size, protection, flags, fd, offset);
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
  int error = errno;
  if (target) {
    munmap(target, size);
    hole = target;
    hole_size = size;
  }
  errno = error;
  return MAP_FAILED;
}

int __wrap_mprotect(void *address, size_t size, int protection) {
  return is_refused(MPROTECT) ? -1 : __real_mprotect(address, size, protection);
}

int __wrap_madvise(void *address, size_t size, int advice) {
  return is_refused(MADVISE) ? -1 : __real_madvise(address, size, advice);
}
