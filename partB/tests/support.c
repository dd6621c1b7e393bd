#include "support.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

enum { WORDS = CHUNKSIZE / sizeof(uint64_t) };

static uint64_t pattern(uint64_t seed, size_t word) {
  return (seed * 0x100000001B3u + word + 1) * 0x9E3779B97F4A7C15u;
}

void fill(void *chunks, size_t count, uint64_t seed) {
  uint64_t *words = chunks;
  for (size_t i = 0; i < count * WORDS; i++) words[i] = pattern(seed, i);
}

int holds(const void *chunks, size_t count, uint64_t seed) {
  const uint64_t *words = chunks;
  uint64_t difference = 0;
  for (size_t i = 0; i < count * WORDS; i++) difference |= words[i] ^ pattern(seed, i);
  return difference == 0;
}

int is_zero(const void *chunks, size_t count) {
  const uint64_t *words = chunks;
  uint64_t bits = 0;
  for (size_t i = 0; i < count * WORDS; i++) bits |= words[i];
  return bits == 0;
}

char *new_block(size_t count, uint64_t seed) {
  char *block = chunks_alloc(count);
  CHECK(block);
  fill(block, count, seed);
  return block;
}

char *lazy_copy(void *chunks, size_t count) {
  char *copy = chunks_copy_lazy(chunks, count);
  CHECK(copy);
  return copy;
}

void poke(void *address, int value) {
  *(volatile unsigned char *)address = (unsigned char)value;
  atomic_signal_fence(memory_order_seq_cst); /* a fault handler may have run: look at errno again */
}

int peek(const void *address) {
  return *(const volatile unsigned char *)address;
}

int kernel_writes(void *address, int value) {
  int ends[2];
  CHECK(pipe(ends) == 0 && write(ends[1], &(char){(char)value}, 1) == 1);
  int wrote = read(ends[0], address, 1) == 1, error = errno;
  close(ends[0]);
  close(ends[1]);
  errno = error;
  return wrote;
}

int is_full(void) {
  const char *scale = getenv("SCALE");
  return scale && strcmp(scale, "full") == 0;
}

size_t full_or(size_t full, size_t small) {
  return is_full() ? full : small;
}

uint64_t number_from(const char *name, uint64_t otherwise) {
  const char *text = getenv(name);
  return text && *text ? strtoull(text, NULL, 10) : otherwise;
}

size_t random_below(uint64_t *state, size_t bound) {
  return (size_t)(random_next(state) % bound);
}

struct chunk_stats stats(void) {
  struct chunk_stats figures;
  chunk_get_stats(&figures);
  return figures;
}

int sharing_works(void) {
  void *chunk = chunk_alloc();
  CHECK(chunk);
  void *copy = lazy_copy(chunk, 1);
  int shares = stats().sharing_chunks > 0;
  chunk_free(copy);
  chunk_free(chunk);
  return shares;
}

/* Can shared memory be mapped a second time by mremap with old size 0? */
static int kernel_can_share(void) {
  void *once = mmap(NULL, CHUNKSIZE, PROT_READ, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  CHECK(once != MAP_FAILED);
  void *twice = mremap(once, 0, CHUNKSIZE, MREMAP_MAYMOVE);
  munmap(once, CHUNKSIZE);
  if (twice == MAP_FAILED) return 0;
  munmap(twice, CHUNKSIZE);
  return 1;
}

static void exit_unless_sharing(void *unused) {
  (void)unused;
  CHECK(sharing_works());
}

int sharing_would_work(void) {
  return status_of_child(exit_unless_sharing, NULL) == 0;
}

void skip_without_sharing(void) {
  if (sharing_works()) return;
  CHECK(!kernel_can_share());
  test_skip("lazy copies are eager here: no mremap with old size 0");
}

void skip_under_sanitizer(void) {
  if (UNDER_SANITIZER) test_skip("the sanitizer's own memory and handlers are in the way");
}

void skip_under_valgrind(const char *why) {
  const char *preloaded = getenv("LD_PRELOAD");
  if (preloaded && strstr(preloaded, "vgpreload")) test_skip(why);
}

void skip_under_thread_sanitizer(void) {
  if (UNDER_THREAD_SANITIZER) test_skip("ThreadSanitizer cannot follow");
}

int status_of_child(void (*body)(void *), void *argument) {
  pid_t pid = fork();
  CHECK(pid >= 0);
  if (pid > 0) return wait_status(pid);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  int null = open("/dev/null", O_WRONLY);
  dup2(null, STDERR_FILENO);
  struct rlimit no_core = {0, 0};
  setrlimit(RLIMIT_CORE, &no_core);
  body(argument);
  _exit(0);
}
