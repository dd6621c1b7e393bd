/* Freeing chunk by chunk: closed at once, and the memory is there for what comes next. */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "probe.h"
#include "support.h"

/* --- A freed chunk is closed before chunk_free returns --- */

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
  for (int kind = UNTOUCHED; kind < KINDS; kind++) {
    CHECK(status_of_child(read_after_free, &kind) == DIED_BY_SIGSEGV);
    CHECK(status_of_child(write_after_free, &kind) == DIED_BY_SIGSEGV);
  }
}

static void test_not_live(void) {
  for (int kind = UNTOUCHED; kind < KINDS; kind++) {
    char *chunk = chunk_of_kind(kind);
    CHECK(chunk_free(chunk) == 0);
    CHECK(chunk_free(chunk) == -1 && errno == EINVAL);
    CHECK(chunk_make_writable(chunk, 1) == -1 && errno == EINVAL);
    CHECK(!chunk_copy_eager(chunk) && errno == EINVAL);
    CHECK(!chunk_copy_lazy(chunk) && errno == EINVAL);
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

/* --- One by one, in several orders --- */

enum { COUNT = 100, LEFT = 7 };
enum { ASCENDING, DESCENDING, OUTWARDS, SCATTERED, ORDERS };

static size_t nth(int order, size_t i) {
  switch (order) {
    case ASCENDING:
      return i;
    case DESCENDING:
      return COUNT - 1 - i;
    case OUTWARDS:
      return i % 2 ? COUNT / 2 + i / 2 : COUNT / 2 - 1 - i / 2;
    default:
      return i * 77 % COUNT;
  }
}

/* Frees all but every LEFT-th chunk. */
static void free_singly(char *chunks, int order) {
  for (size_t i = 0; i < COUNT; i++) {
    size_t index = nth(order, i);
    if (index % LEFT != 0) CHECK(chunk_free(chunks + index * CHUNKSIZE) == 0);
  }
}

static void free_left(char *chunks) {
  for (size_t i = 0; i < COUNT; i += LEFT) CHECK(chunk_free(chunks + i * CHUNKSIZE) == 0);
}

static void free_in_all_orders(void) {
  for (int order = ASCENDING; order < ORDERS; order++) {
    char *block = new_block(COUNT, 5), *copy = lazy_copy(block, COUNT), *all = lazy_copy(block, COUNT);
    for (size_t i = 0; i < COUNT; i += 3) poke(copy + i * CHUNKSIZE, 1);
    free_singly(copy, order);
    free_singly(block, order);
    CHECK(holds(all, COUNT, 5));
    CHECK(stats().live_chunks == COUNT + 2 * ((COUNT + LEFT - 1) / LEFT));
    free_left(block);
    free_left(copy);
    CHECK(holds(all, COUNT, 5));
    CHECK(chunks_free(all, COUNT) == 0);
    CHECK(stats().live_chunks == 0 && stats().frames_in_use == 0 && stats().sharing_chunks == 0);
  }
}

/* All slots are one mapping again when they are free. */
static void test_orders(void) {
  CHECK(chunk_free(chunk_alloc()) == 0);
  struct chunk_stats empty = stats();
  size_t lines = mapping_count();
  free_in_all_orders();
  CHECK(stats().kernel_mappings <= empty.kernel_mappings);
  /* The heap of the test itself may have come; a sanitizer maps what it likes. */
  CHECK(UNDER_SANITIZER || mapping_count() <= lines + 1);
}

/* So are they if single chunks were allocated all over the place meanwhile. */
static void test_no_islands(void) {
  if (!WIDE_ADDRESSES) test_skip("little address space");
  enum { GROUP = 16, GROUPS = 2000 };
  char *all = chunks_alloc(GROUP * GROUPS), *singles[GROUPS];
  CHECK(all);
  size_t before = stats().kernel_mappings, count = 0;
  for (size_t i = GROUPS - 2; i > 0; i -= 2) {
    CHECK(chunks_free(all + i * GROUP * CHUNKSIZE, GROUP) == 0);
    CHECK((singles[count++] = chunk_alloc()));
  }
  for (size_t i = 1; i < GROUPS; i += 2) CHECK(chunks_free(all + i * GROUP * CHUNKSIZE, GROUP) == 0);
  for (size_t i = 0; i < count; i++) CHECK(chunk_free(singles[i]) == 0);
  CHECK(stats().kernel_mappings < before + 20);
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

/* --- What comes next --- */

/* The last sharer writes without a copy, also if the other was freed just now. */
static void test_then_write(void) {
  skip_without_sharing();
  char *block = new_block(3, 1), *copy = lazy_copy(block, 3);
  struct chunk_stats before = stats();
  for (size_t i = 0; i < 3; i++) {
    CHECK(chunk_free(copy + i * CHUNKSIZE) == 0);
    poke(block + i * CHUNKSIZE, 1);
  }
  CHECK(stats().splits == before.splits);
  CHECK(stats().splits_without_copy == before.splits_without_copy + 3);
}

/* The place of the chunks freed last is the next copy's, whatever was there. */
static void test_then_copy(void) {
  char *blocks[] = {new_block(4, 1), new_block(4, 2)}, *keep = lazy_copy(blocks[0], 4);
  struct chunk_stats before = stats();
  for (size_t round = 0; round < 200; round++) {
    size_t count = 1 + round % 4;
    char *pair[] = {lazy_copy(blocks[round % 2], count), NULL};
    uint64_t seeds[] = {round % 2 + 1, round % 2 + 1};
    pair[1] = lazy_copy(pair[0], count);
    if (round % 3 == 0) fill(pair[0], count, seeds[0] = 3);
    if (round % 5 == 0) fill(pair[1], count, seeds[1] = 4);
    int first = round % 7 % 2;
    CHECK(chunks_free(pair[first], count) == 0);
    char *next = lazy_copy(blocks[1], count);
    CHECK(holds(next, count, 2));
    fill(next, count, 5);
    CHECK(holds(next, count, 5) && holds(pair[!first], count, seeds[!first]));
    CHECK(holds(blocks[0], 4, 1) && holds(blocks[1], 4, 2) && holds(keep, 4, 1));
    CHECK(chunks_free(pair[!first], count) == 0 && chunks_free(next, count) == 0);
  }
  CHECK(stats().live_chunks == before.live_chunks);
  CHECK(stats().kernel_mappings <= before.kernel_mappings + 16);
}

/* New chunks are zero, also if they were freed just now. */
static void test_then_alloc(void) {
  for (int kind = UNTOUCHED; kind < KINDS; kind++) {
    for (int round = 0; round < 10; round++) {
      CHECK(chunk_free(chunk_of_kind(kind)) == 0);
      char *chunk = chunk_alloc();
      CHECK(chunk && is_zero(chunk, 1));
      fill(chunk, 1, 9);
      CHECK(chunk_free(chunk) == 0);
    }
  }
}

/* In turns, the same frame does for all of them. */
static void test_taking_turns(void) {
  size_t cached = stats().frames_cached;
  for (int round = 0; round < 50; round++) {
    char *chunk = new_block(1, 1);
    CHECK(chunk_free(chunk) == 0);
  }
  CHECK(stats().frames_cached <= cached + 1);
}

static const struct test tests[] = {
    {"free_closed_at_once", test_closed_at_once, 20}, {"free_not_live", test_not_live, 20},
    {"free_stays_closed", test_stays_closed, 60},     {"free_orders", test_orders, 60},
    {"free_no_islands", test_no_islands, 60},         {"free_left_out_of_cores", test_left_out_of_cores, 20},
    {"free_then_write", test_then_write, 20},         {"free_then_copy", test_then_copy, 60},
    {"free_then_alloc", test_then_alloc, 20},         {"free_taking_turns", test_taking_turns, 20},
};

int main(void) {
  return run_tests(tests, sizeof tests / sizeof *tests);
}
