/* Living with the kernel's limit on mappings (vm.max_map_count). Every write to
 * the middle of a shared mapping makes three mappings of one. Near the budget,
 * mappings are won back by filling the gaps between settled slots (private,
 * writable, at home): the slots in a gap are split too, and all become one
 * mapping. A sweep fills the smallest gaps first, as each costs memory.
 * Everything here but the start-up is async-signal-safe. */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "internal.h"

enum {
  DEFAULT_LIMIT = 65530,
  STEP = 64, /* mappings that one sweep wins, if it can */
};

/* ---- The reserve: mappings to give up when the kernel refuses ---- */

static char *reserve; /* pages of alternating protection, each a mapping */
static size_t reserve_pages;

/* Takes as many mappings as the kernel gives, up to RESERVE_PAGES. */
void reserve_take(void) {
  size_t page = (size_t)sysconf(_SC_PAGESIZE);
  reserve = reserve_space(NULL, RESERVE_PAGES * page);
  reserve_pages = 0;
  if (reserve == MAP_FAILED) {
    reserve = NULL;
    return;
  }
  while (reserve_pages + 1 < RESERVE_PAGES &&
         mprotect(reserve + (reserve_pages + 1) * page, page, PROT_READ) == 0) {
    reserve_pages += 2;
  }
}

void reserve_release(void) {
  if (reserve) munmap(reserve, RESERVE_PAGES * (size_t)sysconf(_SC_PAGESIZE));
  reserve = NULL;
}

/* Must it not shrink further? Without any, even steps that cost nothing fail. */
bool reserve_is_low(void) {
  return reserve_pages < RESERVE_PAGES / 2;
}

/* Reads the limit and leaves an eighth of it to the rest of the program. */
void pressure_startup(void) {
  char text[32] = "";
  int file = open("/proc/sys/vm/max_map_count", O_RDONLY | O_CLOEXEC);
  if (file >= 0) {
    ssize_t length = read(file, text, sizeof text - 1);
    if (length < 0) text[0] = '\0';
    close(file);
  }
  size_t limit = strtoul(text, NULL, 10);
  if (limit == 0) limit = DEFAULT_LIMIT;
  registry.mapping_budget = limit - limit / 8;
  registry.mappings = RESERVE_PAGES;
  reserve_take();
}

/* ---- The sweep ---- */

static struct {
  struct place at;     /* where it goes on; no arena: begin a new pass */
  size_t longest_gap;  /* that it fills in this pass */
  bool filled;         /* anything in this pass */
  size_t futile_until; /* nothing was found: wait until there are as many mappings */
} sweep = {.longest_gap = 1, .filled = true};

static bool fill_gap(struct place end, size_t length) {
  struct place begin = {end.arena, end.index - (uint32_t)length};
  size_t before = registry.mappings;
  if (slots_settle(begin, length) != 0) return false;
  return registry.mappings < before;
}

/* Fills gaps from where the sweep is to the end of the arena, until the mappings
 * are down to the goal. */
static void sweep_arena(size_t goal) {
  bool open = false; /* a settled slot lies before the gap */
  size_t gap = 0;
  for (; sweep.at.index < sweep.at.arena->slots_touched && registry.mappings > goal; sweep.at.index++) {
    if (!slot_is_settled(sweep.at)) {
      gap++;
      continue;
    }
    if (open && gap > 0 && gap <= sweep.longest_gap && fill_gap(sweep.at, gap)) sweep.filled = true;
    open = true;
    gap = 0;
  }
}

/* The arena is about to go. */
void pressure_forget(const struct arena *arena) {
  if (sweep.at.arena == arena) sweep.at.arena = NULL;
}

/* Wins back some mappings, if there are gaps to fill. */
void pressure_relieve(void) {
  if (registry.mappings < sweep.futile_until) return;
  size_t goal = registry.mappings > STEP ? registry.mappings - STEP : 0;
  while (registry.mappings > goal) {
    if (!sweep.at.arena) {
      if (!sweep.filled) sweep.longest_gap *= 2;
      if (sweep.longest_gap > 2 * registry.live) {
        sweep.longest_gap = 1;
        sweep.filled = true;
        sweep.futile_until = registry.mappings + STEP / 4;
        return;
      }
      sweep.at = (struct place){registry.arenas, 0};
      sweep.filled = false;
    }
    sweep_arena(goal);
    if (registry.mappings <= goal) return;
    sweep.at = (struct place){sweep.at.arena->next, 0};
  }
}
