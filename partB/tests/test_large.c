/* Large blocks: their page tables are moved, also when the kernel refuses it or
 * something on the way, and their address space is given back. */
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "probe.h"
#include "refusal.h"
#include "support.h"

enum { COUNT = 512, SPARSE = 40000 }; /* 32 MiB; more than an empty arena may keep */

/* Both sides, again after writes, and the same for a copy of the copy. */
static void check_copies(char *block, uint64_t seed) {
  char *copy = chunks_copy_lazy(block, COUNT);
  CHECK(copy && holds(copy, COUNT, seed) && holds(block, COUNT, seed));
  fill(block + CHUNKSIZE, COUNT / 2, seed + 1);
  CHECK(holds(copy, COUNT, seed));
  char *third = chunks_copy_lazy(copy, COUNT);
  CHECK(third);
  fill(copy, COUNT, seed + 2);
  CHECK(holds(third, COUNT, seed) && holds(block + CHUNKSIZE, COUNT / 2, seed + 1));
  char *fourth = chunks_copy_lazy(copy, COUNT); /* all written, and not all at home */
  CHECK(fourth && holds(fourth, COUNT, seed + 2));
  fill(copy, COUNT, seed + 3);
  CHECK(holds(fourth, COUNT, seed + 2) && holds(copy, COUNT, seed + 3) && holds(third, COUNT, seed));
  CHECK(chunks_free(copy, COUNT) == 0 && chunks_free(third, COUNT) == 0 && chunks_free(fourth, COUNT) == 0);
}

/* Starting inside a page table's reach, too. */
static void test_values(void) {
  for (size_t offset = 0; offset < 40; offset += 13) {
    char *block = chunks_alloc(COUNT + offset);
    CHECK(block);
    fill(block + offset * CHUNKSIZE, COUNT, 1);
    check_copies(block + offset * CHUNKSIZE, 1);
    CHECK(is_zero(block, offset));
    fill(block + offset * CHUNKSIZE, COUNT, 7); /* now the window has tables */
    check_copies(block + offset * CHUNKSIZE, 7);
  }
}

/* Each call on the way of a first copy, refused alone. */
static void copy_refused(void *number) {
  char *block = new_block(COUNT, 3), *small = new_block(COUNT, 4);
  refuse(ANY_CALL, *(long *)number, 1);
  char *copy = chunks_copy_lazy(block, COUNT);
  long refused = refuse_nothing();
  CHECK(copy && holds(copy, COUNT, 3) && holds(block, COUNT, 3));
  check_copies(block, 3);
  check_copies(small, 4);
  _exit(refused ? 0 : 1);
}

static void test_refusals(void) {
  long number = 1;
  while (number < 50 && status_of_child(copy_refused, &number) == 0) number++;
  CHECK(status_of_child(copy_refused, &number) == 1 && number > (sharing_works() ? 3 : 0));
}

static size_t address_space_kib(void) {
  return (size_t)proc_kib("/proc/self/status", "VmSize:");
}

static void test_given_back(void) {
  if (!WIDE_ADDRESSES) test_skip("little address space");
  skip_under_sanitizer();
  CHECK(chunk_free(chunk_alloc()) == 0);
  size_t address_space = address_space_kib(), mappings = stats().kernel_mappings;
  for (int round = 0; round < 3; round++) {
    char *block = chunks_alloc(SPARSE);
    CHECK(block);
    char *copy = chunks_copy_lazy(block, SPARSE);
    CHECK(copy && address_space_kib() - address_space > (size_t)SPARSE * (CHUNKSIZE / 1024));
    CHECK(chunks_free(block, SPARSE) == 0 && chunks_free(copy, SPARSE) == 0);
  }
  CHECK(address_space_kib() == address_space && stats().kernel_mappings == mappings);
}

/* What the program maps beside arenas stays, whatever is given back. */
static void test_neighbours_stay(void) {
  if (!WIDE_ADDRESSES) test_skip("little address space");
  skip_under_sanitizer();
  refuse_sharing(); /* arenas without a window */
  char *block = chunks_alloc(SPARSE);
  size_t size = (size_t)SPARSE * CHUNKSIZE / 2;
  CHECK(block);
  char *mine = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  CHECK(mine != MAP_FAILED);
  poke(mine, 5);
  poke(mine + size - 1, 6);
  CHECK(chunks_free(block, SPARSE) == 0);
  CHECK(peek(mine) == 5 && peek(mine + size - 1) == 6);
}

static const struct test tests[] = {
    {"large_values", test_values, 60},
    {"large_refusals", test_refusals, 60},
    {"large_given_back", test_given_back, 20},
    {"large_neighbours_stay", test_neighbours_stay, 20},
};

int main(void) {
  return run_tests(tests, sizeof tests / sizeof *tests);
}
