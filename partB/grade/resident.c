/* Memory that is mapped, touched or not. */
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../harness/maps.h"
#include "checks.h"
#include "resident.h"

enum { STRETCH = 4096, SLOTS = 1 << 17 }; /* pages asked about at once; a hash table's size */

/* Pages of shared memory that were counted already; a slot of zeros is free. */
struct page {
  uint64_t inode, number;
};

struct seen {
  struct page slots[SLOTS];
  size_t used;
};

/* Adds a page; true if it is new. When the table is full every page is new. */
static bool is_new(struct seen *seen, struct page page) {
  size_t slot = (page.inode * 0x9E3779B97F4A7C15u ^ page.number * 0xC2B2AE3D27D4EB4Fu) >> 40;
  if (seen->used > SLOTS / 2) return true;
  for (slot %= SLOTS; seen->slots[slot].inode; slot = (slot + 1) % SLOTS) {
    if (seen->slots[slot].inode == page.inode && seen->slots[slot].number == page.number) return false;
  }
  seen->slots[slot] = page;
  seen->used++;
  return true;
}

/* Reserved addresses, terabytes in some libraries. */
static bool is_reservation(const struct mapping *mapping) {
  return !mapping->shared && strncmp(mapping->permissions, "---", 3) == 0;
}

/* Pages of a mapping that are in memory, and were not counted before. */
static long long count_pages(const struct mapping *mapping, struct seen *seen) {
  static unsigned char present[STRETCH];
  size_t page_size = (size_t)sysconf(_SC_PAGESIZE), pages = (mapping->end - mapping->start) / page_size;
  uint64_t first = mapping->offset / page_size;
  long long count = 0;
  for (size_t page = 0; page < pages; page += STRETCH) {
    size_t some = pages - page < STRETCH ? pages - page : STRETCH;
    if (mincore((void *)(mapping->start + page * page_size), some * page_size, present) != 0) continue;
    for (size_t i = 0; i < some; i++) {
      if (!(present[i] & 1)) continue;
      count += !mapping->shared || is_new(seen, (struct page){mapping->inode, first + page + i});
    }
  }
  return count;
}

long long resident_memory(void) {
  static struct seen seen;
  memset(&seen, 0, sizeof seen); /* all of it is in memory from now on, and is counted alike each time */
  FILE *maps = maps_open();
  if (!maps) undecided("/proc/self/maps cannot be read");
  struct mapping mapping;
  long long pages = 0;
  while (maps_next(maps, &mapping)) {
    if (!is_reservation(&mapping)) pages += count_pages(&mapping, &seen);
  }
  maps_close(maps);
  return pages * sysconf(_SC_PAGESIZE);
}
