#include "malloc_watch.h"

#include <dlfcn.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

void (*volatile malloc_watcher)(void);

static void watch(void) {
  if (malloc_watcher) malloc_watcher();
}

/* Where dlsym itself allocates (glibc before 2.34 calls calloc), it would be looked for without end: what is
 * asked for meanwhile comes from here, is zero, and is never given back. (volatile: the compiler is told that
 * dlsym calls nothing of ours.) */
static char early[8192] __attribute__((aligned(16)));
static size_t early_used;
static __thread volatile bool looking __attribute__((tls_model("initial-exec")));

static void *early_memory(size_t size) {
  size_t rounded = (size + 15) & ~(size_t)15;
  if (rounded < size || rounded > sizeof early - early_used) return NULL;
  early_used += rounded;
  return early + early_used - rounded;
}

static bool is_early(const void *memory) {
  return (uintptr_t)memory - (uintptr_t)early < sizeof early;
}

/* The function of this name that would be called if this file were not there; false while one is looked for.
 * dlsym gives an object pointer, and C has no cast from that to a function. */
static bool find_next(const char *name, void *function, bool known) {
  if (known) return true;
  if (looking) return false;
  looking = true;
  void *next = dlsym(RTLD_NEXT, name);
  looking = false;
  memcpy(function, &next, sizeof next);
  return true;
}

void *malloc(size_t size) {
  static void *(*next)(size_t);
  if (!find_next("malloc", &next, next)) return early_memory(size);
  watch();
  return next(size);
}

void *calloc(size_t count, size_t size) {
  static void *(*next)(size_t, size_t);
  if (!find_next("calloc", &next, next))
    return size && count > SIZE_MAX / size ? NULL : early_memory(count * size);
  watch();
  return next(count, size);
}

/* Of early memory the size is not known: as much is copied as there may be. */
static void *grow_early(const void *memory, size_t size) {
  void *moved = malloc(size);
  size_t most = (size_t)(early + sizeof early - (const char *)memory);
  return moved ? memcpy(moved, memory, size < most ? size : most) : NULL;
}

void *realloc(void *memory, size_t size) {
  static void *(*next)(void *, size_t);
  if (is_early(memory)) return grow_early(memory, size);
  if (!find_next("realloc", &next, next)) return memory ? NULL : early_memory(size);
  watch();
  return next(memory, size);
}

void free(void *memory) {
  static void (*next)(void *);
  if (is_early(memory) || !find_next("free", &next, next)) return;
  watch();
  next(memory);
}
