/* An alternate signal stack for every thread: after a stack overflow there is
 * no room left for a handler on the ordinary one, and each thread has its own.
 * pthread_create and thrd_create are interposed for that. Each alternate stack
 * has a guard page below it and goes when its thread ends. */
#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <threads.h>
#include <unistd.h>

#include "internal.h"

#define EXPORT __attribute__((visibility("default")))

/* What the handler itself needs, on top of the kernel's signal frame (which
 * grows with the processor's vector registers). Untouched pages cost nothing. */
enum { HANDLER_NEEDS = 64 * 1024, FRAME_AT_LEAST = 16 * 1024 };

#ifndef AT_MINSIGSTKSZ
#define AT_MINSIGSTKSZ 51
#endif

/* One mapping per thread: [guard page][stack, growing down][struct thread]. */
struct thread {
  char *mapping;
  size_t size, guard;
  void *(*start)(void *);
  int (*start_c11)(void *);
  void *argument;
};

static struct thread *thread_new(void) {
  size_t page = (size_t)sysconf(_SC_PAGESIZE), frame = getauxval(AT_MINSIGSTKSZ);
  size_t size = (frame > FRAME_AT_LEAST ? frame : FRAME_AT_LEAST) + HANDLER_NEEDS;
  size = (size + 2 * page - 1) / page * page; /* whole pages, one of them the guard */
  int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK;
  char *mapping = mmap(NULL, size, PROT_READ | PROT_WRITE, flags, -1, 0);
  if (mapping == MAP_FAILED) return NULL;
  mprotect(mapping, page, PROT_NONE);
  struct thread *thread = (struct thread *)(mapping + size) - 1;
  *thread = (struct thread){.mapping = mapping, .size = size, .guard = page};
  return thread;
}

static void thread_delete(struct thread *thread) {
  munmap(thread->mapping, thread->size);
}

/* Leaves alone a stack that the program installed itself. */
static bool install(const struct thread *thread) {
  stack_t old, new = {.ss_sp = thread->mapping + thread->guard};
  new.ss_size = (size_t)((char *)thread - (char *)new.ss_sp) & ~(size_t)63;
  if (sigaltstack(NULL, &old) != 0 || !(old.ss_flags & SS_DISABLE)) return false;
  return sigaltstack(&new, NULL) == 0;
}

void use_alternate_stack(void) {
  struct thread *thread = thread_new();
  if (thread && !install(thread)) thread_delete(thread);
}

/* Runs when a thread ends, also by pthread_exit. If it ends while a handler
 * runs on the stack, the stack has to stay. */
static void at_thread_end(void *argument) {
  struct thread *thread = argument;
  stack_t now, none = {.ss_flags = SS_DISABLE};
  bool ours = sigaltstack(NULL, &now) == 0 && now.ss_sp == thread->mapping + thread->guard;
  if (ours && sigaltstack(&none, NULL) != 0) return;
  thread_delete(thread);
}

static pthread_key_t ends;
static bool ends_noticed;

static void notice_ends(void) {
  ends_noticed = pthread_key_create(&ends, at_thread_end) == 0;
}

static void enter(struct thread *thread) {
  if (pthread_setspecific(ends, thread) == 0) install(thread);
}

static void *run(void *argument) {
  struct thread *thread = argument;
  enter(thread);
  return thread->start(thread->argument);
}

static int run_c11(void *argument) {
  struct thread *thread = argument;
  enter(thread);
  return thread->start_c11(thread->argument);
}

/* The record of a new thread, or NULL: then it has to do without an alternate stack. */
static struct thread *prepare(void) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  int saved = errno;
  pthread_once(&once, notice_ends);
  struct thread *thread = ends_noticed ? thread_new() : NULL;
  errno = saved;
  return thread;
}

EXPORT int pthread_create(pthread_t *id, const pthread_attr_t *attributes, void *(*start)(void *),
                          void *argument) {
  static int (*_Atomic real)(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);
  if (!real) real = __extension__(__typeof__(&pthread_create)) dlsym(RTLD_NEXT, "pthread_create");
  if (!real) return EAGAIN;
  struct thread *thread = prepare();
  if (!thread) return real(id, attributes, start, argument);
  thread->start = start;
  thread->argument = argument;
  int result = real(id, attributes, run, thread);
  if (result != 0) thread_delete(thread);
  return result;
}

EXPORT int thrd_create(thrd_t *id, thrd_start_t start, void *argument) {
  static int (*_Atomic real)(thrd_t *, thrd_start_t, void *);
  if (!real) real = __extension__(__typeof__(&thrd_create)) dlsym(RTLD_NEXT, "thrd_create");
  if (!real) return thrd_error;
  struct thread *thread = prepare();
  if (!thread) return real(id, start, argument);
  thread->start_c11 = start;
  thread->argument = argument;
  int result = real(id, run_c11, thread);
  if (result != thrd_success) thread_delete(thread);
  return result;
}
