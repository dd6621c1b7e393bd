#include "mappings.h"

#include "checks.h"

FILE *open_mappings(void) {
  FILE *list = fopen("/proc/self/maps", "re");
  if (!list) undecided("/proc/self/maps cannot be read");
  return list;
}

bool next_mapping(FILE *list, struct mapping *mapping) {
  char line[512], write_flag, shared_flag;
  unsigned long start, end, inode;
  unsigned long long offset;
  do {
    if (!fgets(line, sizeof line, list)) return false;
  } while (sscanf(line, "%lx-%lx %*c%c%*c%c %llx %*s %lu", &start, &end, &write_flag, &shared_flag, &offset,
                  &inode) != 6);
  *mapping = (struct mapping){start, end, write_flag == 'w', shared_flag == 's', inode, offset};
  return true;
}

bool find_mapping(const void *address, struct mapping *mapping) {
  FILE *list = open_mappings();
  bool found = false;
  while (!found && next_mapping(list, mapping)) {
    found = (uintptr_t)address >= mapping->start && (uintptr_t)address < mapping->end;
  }
  fclose(list);
  return found;
}
