#include "maps.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "measure.h"

FILE *maps_open(void) {
  return fopen("/proc/self/maps", "re");
}

bool maps_next(FILE *maps, struct mapping *mapping) {
  char line[512];
  while (maps && fgets(line, sizeof line, maps)) {
    unsigned long long start, end, offset, inode;
    mapping->name[0] = '\0';
    if (sscanf(line, "%llx-%llx %4s %llx %11s %llu %63[^\n]", &start, &end, mapping->permissions, &offset,
               mapping->device, &inode, mapping->name) < 6) {
      continue; /* the end of a long name */
    }
    mapping->writable = mapping->permissions[1] == 'w';
    mapping->shared = mapping->permissions[3] == 's';
    mapping->start = (uintptr_t)start;
    mapping->end = (uintptr_t)end;
    mapping->offset = offset;
    mapping->inode = inode;
    return true;
  }
  return false;
}

void maps_close(FILE *maps) {
  if (maps) fclose(maps);
}

bool maps_find(const void *address, struct mapping *mapping) {
  FILE *maps = maps_open();
  bool found = false;
  while (!found && maps_next(maps, mapping)) {
    found = (uintptr_t)address >= mapping->start && (uintptr_t)address < mapping->end;
  }
  maps_close(maps);
  return found;
}

/* Reads no line: at the limit there are sixty thousand. */
long count_mappings(void) {
  FILE *maps = maps_open();
  if (!maps) return -1;
  long lines = 0;
  for (int byte; (byte = getc_unlocked(maps)) != EOF;) lines += byte == '\n';
  fclose(maps);
  return lines;
}

size_t mapping_limit(void) {
  FILE *file = fopen("/proc/sys/vm/max_map_count", "re");
  size_t limit = 65530;
  if (file && fscanf(file, "%zu", &limit) != 1) limit = 65530;
  if (file) fclose(file);
  return limit;
}

/* Pages of [start, end) that are in memory. */
static long long present_pages(uintptr_t start, uintptr_t end) {
  static unsigned char present[4096];
  size_t page = (size_t)sysconf(_SC_PAGESIZE), pages = (end - start) / page;
  long long count = 0;
  for (size_t done = 0; done < pages; done += sizeof present) {
    size_t step = pages - done < sizeof present ? pages - done : sizeof present;
    if (mincore((void *)(start + done * page), step * page, present) != 0) continue;
    for (size_t i = 0; i < step; i++) count += present[i] & 1;
  }
  return count;
}

static int by_object_and_offset(const void *left, const void *right) {
  const struct mapping *a = left, *b = right;
  if (a->inode != b->inode) return a->inode < b->inode ? -1 : 1;
  return (a->offset > b->offset) - (a->offset < b->offset);
}

/* Each part of an object once, in the order of offsets, however often it is mapped. */
static long long count_shared_pages(struct mapping *mappings, size_t count) {
  long long pages = 0;
  uint64_t seen = 0; /* of this object, up to this offset */
  qsort(mappings, count, sizeof *mappings, by_object_and_offset);
  for (size_t i = 0; i < count; i++) {
    struct mapping *mapping = &mappings[i];
    uint64_t end = mapping->offset + (mapping->end - mapping->start);
    if (i == 0 || mapping->inode != mappings[i - 1].inode) seen = 0;
    if (end <= seen) continue;
    uint64_t skip = mapping->offset < seen ? seen - mapping->offset : 0;
    pages += present_pages(mapping->start + (uintptr_t)skip, mapping->end);
    seen = end;
  }
  return pages;
}

/* The list has memory of its own, which is gone when malloc's would still be there. */
long long mapped_memory(void) {
  long long own = proc_field("/proc/self/smaps_rollup", "Anonymous:");
  size_t room = (size_t)(count_mappings() + 64), count = 0, size = room * sizeof(struct mapping);
  struct mapping *mappings = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mappings == MAP_FAILED || own < 0) return -1;
  FILE *maps = maps_open();
  while (count < room && maps_next(maps, &mappings[count])) count += mappings[count].shared;
  maps_close(maps);
  long long shared = count_shared_pages(mappings, count) * sysconf(_SC_PAGESIZE);
  munmap(mappings, size);
  return own * 1024 + shared;
}
