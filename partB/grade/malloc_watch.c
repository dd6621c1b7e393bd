#include "malloc_watch.h"

#include <dlfcn.h>
#include <stddef.h>
#include <string.h>

void (*volatile malloc_watcher)(void);

static void watch(void) {
  if (malloc_watcher) malloc_watcher();
}

/* The function of this name that would be called if this file were not there.
 * dlsym gives an object pointer, and C has no cast from that to a function. */
static void find_next(const char *name, void *function) {
  void *next = dlsym(RTLD_NEXT, name);
  memcpy(function, &next, sizeof next);
}

void *malloc(size_t size) {
  static void *(*next)(size_t);
  if (!next) find_next("malloc", &next);
  watch();
  return next(size);
}

void *calloc(size_t count, size_t size) {
  static void *(*next)(size_t, size_t);
  if (!next) find_next("calloc", &next);
  watch();
  return next(count, size);
}

void *realloc(void *memory, size_t size) {
  static void *(*next)(void *, size_t);
  if (!next) find_next("realloc", &next);
  watch();
  return next(memory, size);
}

void free(void *memory) {
  static void (*next)(void *);
  if (!next) find_next("free", &next);
  watch();
  next(memory);
}
