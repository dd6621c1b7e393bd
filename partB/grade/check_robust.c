/* Robustness in one thread: what the handout does not ask for. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../measure/maps.h"
#include "checks.h"
#include "malloc_watch.h"

/* A pointer that the compiler cannot see through. */
static char *volatile nowhere = (char *)(uintptr_t)8;

static bool is_writable(const unsigned char *address) {
  struct mapping mapping;
  return maps_find(address, &mapping) && mapping.writable;
}

static bool is_a_start(const unsigned char *address, const struct pair *pairs, size_t count) {
  for (size_t i = 0; i < count; i++) {
    if (address == pairs[i].original || address == pairs[i].copy) return true;
  }
  return false;
}

static struct pair pair_with_gaps(unsigned seed) {
  struct pair pair = {.original = new_chunk()};
  fill(pair.original, seed);
  mmap(NULL, CHUNKSIZE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  pair.copy = lazy_copy(pair.original);
  mmap(NULL, CHUNKSIZE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  return pair;
}

/* Read-only memory between chunks: one of them will have it right behind. */
void check_beyond_end(void) {
  enum { PAIRS = 4 };
  struct pair pairs[PAIRS];
  lab.startup();
  for (unsigned i = 0; i < PAIRS; i++) pairs[i] = pair_with_gaps(i);
  for (size_t i = 0; i < 2 * PAIRS; i++) {
    unsigned char *end = (i % 2 ? pairs[i / 2].original : pairs[i / 2].copy) + CHUNKSIZE;
    if (is_a_start(end, pairs, PAIRS) || is_writable(end)) continue;
    expect_end("wrote to the byte after the end of a shared chunk");
    *(volatile unsigned char *)end = 1;
    fail("a write to the byte after the end of a chunk was swallowed");
  }
  undecided("there is writable memory behind every chunk");
}

void check_real_crash(void) {
  lab.startup();
  new_pair(1);
  expect_end("wrote through a NULL pointer");
  *nowhere = 1;
  fail("a write through a NULL pointer was swallowed");
}

void check_jump(void) {
  lab.startup();
  struct pair pair = new_pair(1);
  void (*function)(void);
  memcpy(&function, &pair.copy, sizeof function);
  expect_end("jumped into a chunk");
  function();
  fail("a jump into a chunk did no harm");
}

static _Noreturn void pass_from_handler(int signal_number) {
  (void)signal_number;
  pass_now();
}

void check_other_handler(void) {
  struct sigaction action = {.sa_handler = pass_from_handler};
  sigemptyset(&action.sa_mask);
  sigaction(SIGSEGV, &action, NULL);
  lab.startup();
  struct pair pair = new_pair(1);
  write_side(&pair, true, 1, 0xA1);
  compare(pair.copy, pair.copy_model, "the copy lost a write");
  doing("wrote through a NULL pointer, and the handler that was there before was not called");
  *nowhere = 1;
  fail("a write through a NULL pointer was swallowed");
}

static volatile int malloc_calls;

static void count_malloc_call(void) {
  malloc_calls++;
}

void check_malloc_calls(void) {
  lab.startup();
  struct pair pair = new_pair(1);
  doing("wrote to a shared chunk" UNRECOGNISED);
  malloc_watcher = count_malloc_call;
  write_byte(pair.copy, pair.copy_model, 1, 0xA1);
  write_byte(pair.original, pair.original_model, 2, 0xA1);
  malloc_watcher = NULL;
  if (malloc_calls)
    fail("the handler called malloc or free (calls: %d): it hangs if the writer is malloc", malloc_calls);
}

/* Standard output and error go into a file meanwhile. */
void check_printing(void) {
  int file = memfd_create("output", MFD_CLOEXEC);
  char text[100] = "";
  lab.startup();
  struct pair pair = new_pair(1);
  fflush(NULL);
  dup2(file, STDOUT_FILENO);
  dup2(file, STDERR_FILENO);
  write_side(&pair, true, 1, 0xA1);
  write_side(&pair, false, 2, 0xA1);
  fflush(NULL);
  if (pread(file, text, sizeof text - 1, 0) > 0)
    fail("a write to a shared chunk printed \"%.*s\"", (int)strcspn(text, "\n"), text);
}

void check_errno(void) {
  const int before = 4711;
  lab.startup();
  struct pair pair = new_pair(1);
  doing("wrote to a shared chunk" UNRECOGNISED);
  errno = before;
  write_byte(pair.copy, pair.copy_model, 1, 0xA1);
  write_byte(pair.original, pair.original_model, 2, 0xA1);
  int after = errno;
  if (after != before) fail("a write to a shared chunk changed errno to %d (%s)", after, strerror(after));
}

/* Both sides of each pair written: how many chunks of memory is that? */
void check_leak(void) {
  enum { PAIRS = 200 };
  lab.startup();
  long long before = mapped_memory();
  if (before < 0) undecided("the kernel does not say how much memory is mapped");
  for (unsigned i = 0; i < PAIRS; i++) {
    unsigned char *original = new_chunk();
    fill(original, i);
    unsigned char *copy = lazy_copy(original);
    doing("wrote to both sides" UNRECOGNISED);
    memset(copy, 1, CHUNKSIZE);
    memset(original, 2, CHUNKSIZE);
  }
  double each = (double)(mapped_memory() - before) / PAIRS / CHUNKSIZE;
  if (each > 2.5)
    fail("two chunks whose sides were both written take %.1f chunks of memory: the first is lost", each);
  remark("%.1f chunks of memory", each);
}

/* In the forked child: writes, lets the parent write, and exits with 0 if its chunks hold its own bytes. */
static _Noreturn void live_as_child(struct pair *pair, unsigned char *single, unsigned char *single_model,
                                    int tell_parent, int hear_parent) {
  char byte = 0;
  write_byte(single, single_model, 1, 0xA1);
  write_byte(pair->original, pair->original_model, 2, 0xA1);
  write_byte(pair->copy, pair->copy_model, 3, 0xA1);
  if (write(tell_parent, &byte, 1) != 1 || read(hear_parent, &byte, 1) != 1) _exit(1);
  bool right = memcmp(single, single_model, CHUNKSIZE) == 0 &&
               memcmp(pair->original, pair->original_model, CHUNKSIZE) == 0 &&
               memcmp(pair->copy, pair->copy_model, CHUNKSIZE) == 0;
  _exit(right ? 0 : 3);
}

void check_fork(void) {
  enum { OTHER_PAGE = CHUNKSIZE / 2 }; /* than the child writes to: it may have those of its own */
  lab.startup();
  struct pair pair = new_pair(1);
  unsigned char *single = new_chunk();
  fill(single, 2);
  unsigned char *single_model = new_model(single);
  int to_parent[2], to_child[2];
  char byte = 0;
  if (pipe(to_parent) != 0 || pipe(to_child) != 0) undecided("no pipe could be made");
  doing("wrote to chunks in a forked child");
  pid_t child = fork();
  if (child < 0) undecided("no process could be made");
  if (child == 0) live_as_child(&pair, single, single_model, to_parent[1], to_child[0]);
  close(to_parent[1]);
  if (read(to_parent[0], &byte, 1) != 1) fail("a forked child could not write to its chunks");
  doing("wrote to chunks while a forked child lives" UNRECOGNISED);
  write_byte(single, single_model, OTHER_PAGE + 1, 0xA2);
  write_byte(pair.original, pair.original_model, OTHER_PAGE + 2, 0xA2);
  write_byte(pair.copy, pair.copy_model, OTHER_PAGE + 3, 0xA2);
  int status = 0;
  if (write(to_child[1], &byte, 1) != 1) undecided("no pipe could be written to");
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) continue;
  compare(single, single_model, "a forked child wrote to a chunk, and its parent sees it");
  compare_pair(&pair, "a forked child wrote to an original, and its parent sees it",
               "a forked child wrote to a copy, and its parent sees it");
  if (status != 0)
    fail("the parent wrote to chunks, and a forked child does not find its own bytes any more");
}

static void expect_null(void *(*copy)(void *), const char *name, void *argument, const char *what) {
  doing("called %s with %s", name, what);
  void *result = copy(argument);
  if (result) fail("%s with %s returned %p", name, what, result);
}

void check_bad_pointer(void) {
  lab.startup();
  unsigned char *chunk = new_chunk();
  expect_null(lab.copy_lazy, "chunk_copy_lazy", NULL, "NULL");
  expect_null(lab.copy_lazy, "chunk_copy_lazy", chunk + 8, "a pointer into the middle of a chunk");
  expect_null(lab.copy_eager, "chunk_copy_eager", NULL, "NULL");
}
