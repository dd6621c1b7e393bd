/* What lies at an address or near it, and what that is to the programmer. */
#include "internal.h"

enum { JUST_BESIDE = 4096, FAR = 64 << 20 };

/* A library's name has ".so" at its end or before numbers, or before " (deleted)". */
static bool is_library_or_program(const char *path) {
  const char *suffix = strstr(base_name(path), ".so");
  return (suffix && (!suffix[3] || suffix[3] == '.' || suffix[3] == ' ')) || is_program(path);
}

/* Is the region of a file that somebody named? Not what mmap and shared memory name themselves. */
static bool is_file(const struct region *region) {
  return region->name[0] == '/' && !is_one_of(region->name, "/dev/zero* /memfd:* /SYSV* /[aio]*");
}

/* Variables without an initial value are in memory of no file, behind those that
 * have one. If there is more in the same region, it is not known which it was. */
static bool is_variables(const struct region *region) {
  uintptr_t start = 0, end = 0, page = (uintptr_t)sysconf(_SC_PAGESIZE);
  return image_variables(&start, &end) && region->start >= start - start % page && region->start < end &&
         region->end - end < page;
}

/* What a region is to the programmer. */
void report_region(const struct region *region) {
  const char *name = base_name(region->name);
  if (strcmp(name, "[heap]") == 0 || strcmp(name, "[stack]") == 0) {
    report("the %s", name[1] == 'h' ? "heap" : "stack");
  } else if (is_variables(region)) {
    report("the variables of %s", at_start.program_name);
  } else if (!is_file(region)) {
    report("a block of memory");
  } else if (!is_library_or_program(region->name)) {
    report("the mapped file %s", name);
  } else {
    report("the %s of %s", region->executable ? "code" : region->writable ? "variables" : "constants", name);
  }
}

void report_distance(unsigned long distance) {
  report("%lu %s", distance, distance == 1 ? "byte" : "bytes");
}

/* What is next to an address: far away, only what an index may have started from, an int that counts up to
 * 8 bytes each. Below 4 GiB, where all numbers are near, less counts as far. */
static bool in_reach(const struct region *region, uintptr_t distance, bool far) {
  bool origin = is_variables(region) || is_one_of(region->name, "[heap] [stack]");
  bool data = region->readable && (region->writable || !is_library_or_program(region->name));
  uint64_t most = is_32_bits(region->start) ? FAR : (uint64_t)16 << 30;
  return data && (far ? origin && distance < most : distance <= JUST_BESIDE);
}

bool report_if_near(const struct surroundings *around, bool far) {
  static struct region above;
  const struct region *below = &around->below, *at = &around->at, *nearest = NULL;
  uintptr_t address = around->address, past = address - below->end;
  above = around->above;
  if (far && is_program(above.name)) above.writable = image_variables(&above.start, &above.end);
  uintptr_t before = above.start - address;
  if (in_reach(&above, before, far) && (!at->end || at->end == above.start)) nearest = &above;
  if (in_reach(below, past, far) && (!nearest || past < before) && (!at->end || at->start == below->end))
    nearest = below;
  if (!nearest) return false;
  unsigned long distance = nearest == below ? past : before;
  report(" That is ");
  if (distance > 0) report_distance(distance);
  report("%s %s ", distance == 0 ? "just" : "", nearest == below ? "past the end of" : "before the start of");
  report_region(nearest);
  report(": an index or a loop that goes too far%s?", at->end ? "" : ", or memory that was given back");
  return true;
}

/* An index of 32 bits without a sign is, below 0, 4 GiB too high, times the bytes of an element. */
bool report_if_below_zero(uintptr_t address) {
  enum { LARGEST_ELEMENT = 64 };
  static struct region region;
  maps_begin();
  while (maps_next(&region)) {
    uint64_t into = address - region.start;
    bool too_high = into >> 32 > 0 && into >> 32 <= LARGEST_ELEMENT;
    if (!too_high || (uint32_t)into >= region.end - region.start || !in_reach(&region, 0, true)) continue;
    report(" An unsigned index that went below 0?");
    return true;
  }
  return false;
}

/* glibc keeps a list in the blocks that were given back: in each the address of the next,
 * mixed with its own without the lowest 12 bits. */
bool report_if_freed(uintptr_t pointer) {
  static struct region heap;
  uintptr_t next = pointer;
  maps_begin();
  while (maps_next(&heap) && strcmp(heap.name, "[heap]") != 0) continue;
  if (strcmp(heap.name, "[heap]") != 0) return false;
  for (int i = 0; i < 5; i++) next = pointer ^ next >> 12; /* if the two are in the same page */
  bool last = pointer >= heap.start >> 12 && pointer <= heap.end >> 12;
  if (!last && (next < heap.start || next >= heap.end)) return false;
  report(" The pointer looks like what free leaves in a block: was the block it was read from given back?");
  return true;
}

bool is_32_bits(uintptr_t address) {
  return address == (uint32_t)address || address == (uintptr_t)(intptr_t)(int32_t)address;
}

/* An int keeps the lower half of a pointer only. Many numbers are the half of some address, by chance: left
 * out are small ones, large regions, code if the pointer was not called, and this library's own memory. */
bool report_if_cut(uintptr_t address, bool called) {
  static struct region region;
  enum { SMALL = 1 << 16, LARGE = 64 << 20 };
  if (!is_32_bits(address) || address + SMALL < 2 * SMALL) return false;
  maps_begin();
  while (maps_next(&region)) {
    uint32_t into = (uint32_t)address - (uint32_t)region.start;
    bool ours = (uintptr_t)&region - region.start < region.end - region.start;
    if (is_32_bits(region.start) || region.end - region.start > LARGE || into >= region.end - region.start ||
        region.executable != called || ours)
      continue;
    report(" It is the lower half of an address in ");
    report_region(&region);
    report(": a pointer that went through an int, as with a function without its #include?");
    return true;
  }
  return false;
}

/* Linkers put constants before the code, in a region of their own or together with it. */
void report_read_only(const struct surroundings *around) {
  const struct region *at = &around->at;
  bool file = is_file(at), image = file && is_library_or_program(at->name);
  bool mixed = image && at->executable && strcmp(around->below.name, at->name) != 0;
  report(", which is read-only. It is part of %s", mixed ? "the constants and " : "");
  report_region(at);
  report(!file                      ? ": made read-only by mprotect or mmap?"
         : !image                   ? ": mapped for reading only?"
         : at->executable && !mixed ? ": a function used as if it were data?"
                                    : ": a string literal or a const?");
}
