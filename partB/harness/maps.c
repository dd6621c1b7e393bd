#include "maps.h"

FILE *maps_open(void) {
  return fopen("/proc/self/maps", "re");
}

bool maps_next(FILE *maps, struct mapping *mapping) {
  char line[512];
  while (maps && fgets(line, sizeof line, maps)) {
    unsigned long long start, end, offset, inode;
    mapping->name[0] = '\0';
    if (sscanf(line, "%llx-%llx %4s %llx %*s %llu %63[^\n]", &start, &end, mapping->permissions, &offset,
               &inode, mapping->name) < 5) {
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
