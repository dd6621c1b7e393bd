/* An alternate signal stack for every thread: after a stack overflow there is
 * no room left for a handler on the ordinary one, and each thread has its own.
 * pthread_create and thrd_create are interposed for that. Each alternate stack
 * has a guard page below it and goes when its thread ends. */
#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <threads.h>

#include "internal.h"

#define EXPORT __attribute__((visibility("default")))

/* What the handler itself needs, on top of the kernel's signal frame (which
 * grows with the processor's vector registers). Untouched pages cost nothing. */
enum { HANDLER_NEEDS = 64 * 1024, FRAME_AT_LEAST = 16 * 1024 };

#ifndef AT_MINSIGSTKSZ
#define AT_MINSIGSTKSZ 51
#endif

/* What a new thread is to run. It lies at the upper end of the thread's mapping:
 * [guard page][alternate stack, growing down][struct thread]. */
struct thread {
  void *(*start)(void *);
  void *argument;
  const void *on_stack; /* the thread's own */
  bool ending;
};

static size_t guard_size(void) {
  return (size_t)sysconf(_SC_PAGESIZE);
}

/* Known from the start: what getauxval reads lies beyond the main stack, where a crash may have written. */
static size_t mapping_size(void) {
  static size_t known;
  if (known) return known;
  size_t guard = guard_size(), frame = getauxval(AT_MINSIGSTKSZ);
  size_t size = (frame > FRAME_AT_LEAST ? frame : FRAME_AT_LEAST) + HANDLER_NEEDS + sizeof(struct thread);
  known = (size + 2 * guard - 1) / guard * guard; /* whole pages, one of them the guard */
  return known;
}

/* Puts a thread's mapping by for the next thread, or takes out what is there:
 * programs that make a thread for each task need no new one each time. Returns
 * what was there. Never waits for the lock: a fork may have left it taken. */
static struct thread *swap_spare(struct thread *thread) {
  static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* known to race detectors, unlike an exchange */
  static struct thread *spare;
  if (pthread_mutex_trylock(&lock) != 0) return thread;
  struct thread *before = spare;
  spare = thread;
  pthread_mutex_unlock(&lock);
  return before;
}

static struct thread *thread_new(void) {
  struct thread *thread = swap_spare(NULL);
  if (thread) return thread;
  int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK;
  char *mapping = mmap(NULL, mapping_size(), PROT_READ | PROT_WRITE, flags, -1, 0);
  if (mapping == MAP_FAILED) return NULL;
  mprotect(mapping, guard_size(), PROT_NONE);
  return (struct thread *)(mapping + mapping_size()) - 1;
}

static char *thread_mapping(const struct thread *thread) {
  return (char *)(thread + 1) - mapping_size();
}

static void thread_delete(struct thread *thread) {
  thread = swap_spare(thread);
  if (thread) munmap(thread_mapping(thread), mapping_size());
}

static stack_t thread_stack(const struct thread *thread) {
  stack_t stack = {.ss_sp = thread_mapping(thread) + guard_size()};
  stack.ss_size = (size_t)((char *)thread - (char *)stack.ss_sp) & ~(size_t)63;
  return stack;
}

/* Leaves alone a stack that the program installed itself. */
static bool install(struct thread *thread) {
  stack_t old, new = thread_stack(thread);
  if (sigaltstack(&new, &old) != 0) return false;
  if (!(old.ss_flags & SS_DISABLE)) sigaltstack(&old, NULL);
  return old.ss_flags & SS_DISABLE;
}

void use_alternate_stack(void) {
  struct thread *thread = thread_new();
  if (thread) thread->on_stack = at_start.on_stack;
  if (thread && !install(thread)) thread_delete(thread);
}

/* The kernel tells, since a large array may have overwritten what the C library knows of the thread. */
const void *thread_on_stack(void) {
  stack_t now;
  if (sigaltstack(NULL, &now) != 0) return NULL;
  const struct thread *thread = (struct thread *)((char *)now.ss_sp - guard_size() + mapping_size()) - 1;
  if (now.ss_size == thread_stack(thread).ss_size) return thread->on_stack; /* nobody else takes this size */
  return getpid() == thread_id() ? at_start.on_stack : NULL;
}

static pthread_key_t ends;
static bool ends_noticed;

/* Runs when a thread ends, also by pthread_exit, and once more after the
 * program's own destructors. If it ends while a handler runs on the stack, the
 * stack has to stay. musl cancels a thread wherever its stack pointer is. */
ARCH_ALIGN_STACK static void at_thread_end(void *argument) {
  struct thread *thread = argument;
  if (!thread->ending) {
    thread->ending = true;
    if (pthread_setspecific(ends, thread) == 0) return;
  }
  stack_t now, none = {.ss_flags = SS_DISABLE}, ours = thread_stack(thread);
  bool in_place = sigaltstack(NULL, &now) == 0 && now.ss_sp == ours.ss_sp;
  if (!in_place || sigaltstack(&none, NULL) == 0) thread_delete(thread);
}

static int (*real_create)(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);

static void before_the_first_thread(void) {
  real_create = __extension__(__typeof__(&pthread_create)) dlsym(RTLD_NEXT, "pthread_create");
  ends_noticed = pthread_key_create(&ends, at_thread_end) == 0;
}

static void *run(void *argument) {
  struct thread *thread = argument;
  thread->on_stack = __builtin_frame_address(0);
  if (pthread_setspecific(ends, thread) == 0) install(thread);
  return thread->start(thread->argument);
}

/* A thread for which there is no memory has to do without an alternate stack. */
EXPORT int pthread_create(pthread_t *id, const pthread_attr_t *attributes, void *(*start)(void *),
                          void *argument) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  int saved = errno;
  pthread_once(&once, before_the_first_thread);
  struct thread *thread = ends_noticed ? thread_new() : NULL;
  errno = saved;
  if (!real_create) return EAGAIN;
  if (!thread) return real_create(id, attributes, start, argument);
  *thread = (struct thread){.start = start, .argument = argument};
  int result = real_create(id, attributes, run, thread);
  if (result != 0) thread_delete(thread);
  return result;
}

/* The C libraries' threads of both kinds differ in what they return only. Processors return an
 * int in the same register as a pointer, and thrd_join looks at no more than the int of it. */
EXPORT int thrd_create(thrd_t *id, thrd_start_t start, void *argument) {
  void *(*returns_pointer)(void *) = (void *(*)(void *))(void (*)(void))start;
  return pthread_create(id, NULL, returns_pointer, argument) == 0 ? thrd_success : thrd_error;
}
