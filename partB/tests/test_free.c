/* A freed chunk is closed before chunk_free returns, and nothing of it is seen again:
 * not by other threads, in core dumps or in new chunks. */
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "support.h"

enum { UNTOUCHED, WRITTEN, SHARED, SPLIT, KINDS };

static char *chunk_of_kind(int kind) {
  char *chunk = chunk_alloc();
  CHECK(chunk);
  if (kind == UNTOUCHED) return chunk;
  fill(chunk, 1, 1);
  if (kind == WRITTEN) return chunk;
  char *copy = lazy_copy(chunk, 1);
  if (kind == SPLIT) poke(copy, 1);
  return copy;
}

static void read_after_free(void *kind) {
  char *chunk = chunk_of_kind(*(int *)kind);
  CHECK(chunk_free(chunk) == 0);
  peek(chunk + 100);
}

static void write_after_free(void *kind) {
  char *chunk = chunk_of_kind(*(int *)kind);
  CHECK(chunk_free(chunk) == 0);
  poke(chunk + 100, 1);
}

static void test_closed_at_once(void) {
  skip_under_sanitizer();
  for (int kind = UNTOUCHED; kind < KINDS; kind++) {
    CHECK(status_of_child(read_after_free, &kind) == DIED_BY_SIGSEGV);
    CHECK(status_of_child(write_after_free, &kind) == DIED_BY_SIGSEGV);
  }
}

/* Another thread goes on writing to what has been freed; the chunk that had shared
 * the memory never sees it. */
static char *volatile freed;
static atomic_int done;
static atomic_long tries;
static __thread sigjmp_buf before_write;

static void back_to_before(int signal) {
  (void)signal;
  siglongjmp(before_write, 1);
}

static void *write_to_freed(void *unused) {
  for (; !done; tries++) {
    char *chunk = freed;
    if (chunk && sigsetjmp(before_write, 1) == 0) *(volatile char *)chunk = 99;
  }
  return unused;
}

static void wait_for_writer(void) {
  for (long seen = tries; tries < seen + 2;) sched_yield();
}

static void test_stays_closed(void) {
  skip_under_sanitizer();
  skip_under_valgrind("valgrind runs one thread at a time");
  struct sigaction action = {.sa_handler = back_to_before};
  pthread_t writer;
  CHECK(sigaction(SIGSEGV, &action, NULL) == 0 && pthread_create(&writer, NULL, write_to_freed, NULL) == 0);
  for (size_t round = 0; round < full_or(1000, 200); round++) {
    char *chunk = new_block(1, 1), *copy = lazy_copy(chunk, 1);
    CHECK(chunk_free(chunk) == 0);
    freed = chunk;
    wait_for_writer();
    freed = NULL;
    wait_for_writer();
    CHECK(holds(copy, 1, 1) && chunk_free(copy) == 0);
  }
  done = 1;
  pthread_join(writer, NULL);
}

/* --- Core dumps --- */

/* What the kernel says of the mapping of the address: its permissions and its flags. */
static void look_up(const char *address, char *permissions, char *flags) {
  FILE *smaps = fopen("/proc/self/smaps", "r");
  char line[512], here[5];
  size_t start, end, at = (size_t)address;
  int found = 0;
  CHECK(smaps);
  flags[0] = '\0';
  while (!flags[0] && fgets(line, sizeof line, smaps)) {
    if (sscanf(line, "%zx-%zx %4s", &start, &end, here) == 3) found = at >= start && at < end;
    if (!found) continue;
    if (strncmp(line, "VmFlags:", 8) == 0)
      strcpy(flags, line);
    else
      strcpy(permissions, here);
  }
  fclose(smaps);
  if (!flags[0]) test_skip("the kernel does not say what it leaves out of core dumps");
}

static int is_left_out(const char *address) {
  char permissions[5], flags[512];
  look_up(address, permissions, flags);
  return strstr(flags, " dd") != NULL;
}

static int is_only_reserved(const char *address) {
  char permissions[5], flags[512];
  look_up(address, permissions, flags);
  return strcmp(permissions, "---p") == 0;
}

/* Live chunks are dumped, however they came to be; there is nothing of free ones to dump. */
static void test_left_out_of_cores(void) {
  skip_without_sharing();
  enum { SINGLES = 100 };
  char *block = new_block(SINGLES, 1), *copy = lazy_copy(block, SINGLES), *single = chunk_alloc();
  CHECK(!is_left_out(block) && !is_left_out(block + (SINGLES - 1) * CHUNKSIZE) && !is_left_out(copy));
  poke(copy, 1);
  poke(block + CHUNKSIZE, 1);
  CHECK(!is_left_out(copy) && !is_left_out(block + CHUNKSIZE) && !is_left_out(copy + CHUNKSIZE));
  CHECK(!is_left_out(single));
  CHECK(chunks_free(copy, SINGLES) == 0 && chunk_free(single) == 0);
  CHECK(is_only_reserved(copy) && is_only_reserved(single));
}

static const struct test tests[] = {
    {"free_closed_at_once", test_closed_at_once, 20},
    {"free_stays_closed", test_stays_closed, 60},
    {"free_left_out_of_cores", test_left_out_of_cores, 20},
};

RUN_TESTS(tests)
