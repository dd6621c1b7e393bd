/* Preloaded, makes each mmap, mremap and mprotect take SLOWCALLS microseconds more
 * (200), as a machine may whose kernel has much to do for them: of processor time. */
#include <stdarg.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static long microseconds = 200;

__attribute__((constructor)) static void read_setting(void) {
  const char *text = getenv("SLOWCALLS");
  if (text) microseconds = atol(text);
}

static long since(const struct timespec *start) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (now.tv_sec - start->tv_sec) * 1000000 + (now.tv_nsec - start->tv_nsec) / 1000;
}

static void work(void) {
  struct timespec start;
  clock_gettime(CLOCK_MONOTONIC, &start);
  while (since(&start) < microseconds) continue;
}

void *mmap(void *address, size_t length, int protection, int flags, int file, off_t offset) {
  work();
  return (void *)syscall(SYS_mmap, address, length, protection, flags, file, offset);
}

int mprotect(void *address, size_t length, int protection) {
  work();
  return (int)syscall(SYS_mprotect, address, length, protection);
}

void *mremap(void *old, size_t old_size, size_t new_size, int flags, ...) {
  va_list rest;
  va_start(rest, flags);
  void *target = flags & MREMAP_FIXED ? va_arg(rest, void *) : NULL;
  va_end(rest);
  work();
  return (void *)syscall(SYS_mremap, old, old_size, new_size, flags, target);
}
