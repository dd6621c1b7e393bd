/* What the kernel has mapped for this process, from /proc/self/maps.
 *
 *   FILE *list = open_mappings();
 *   struct mapping mapping;
 *   while (next_mapping(list, &mapping)) ...
 *   fclose(list);
 */
#ifndef MAPPINGS_H
#define MAPPINGS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct mapping {
  uintptr_t start, end;
  bool writable, shared;
  uint64_t inode, offset; /* which memory it is, if it is shared; else of a file */
};

/* The list of mappings; the check is undecided if the system has none. */
FILE *open_mappings(void);
bool next_mapping(FILE *list, struct mapping *mapping);

/* The mapping that holds an address; false if there is none. */
bool find_mapping(const void *address, struct mapping *mapping);

/* Bytes in memory behind all mappings, whether the process has touched them
 * through this mapping or not; shared memory that is mapped several times counts
 * once. */
long long resident_memory(void);

#endif
