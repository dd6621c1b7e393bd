/* What the kernel has mapped for this process, from /proc/self/maps.
 *
 *   struct mapping mapping;
 *   FILE *maps = maps_open();
 *   while (maps_next(maps, &mapping)) ...
 *   maps_close(maps);
 *
 * Where the system has no such list, it is NULL, which reads as an empty one. */
#ifndef MAPS_H
#define MAPS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct mapping {
  uintptr_t start, end;
  char permissions[5]; /* as in "rw-s": may be read, written, run; is shared (else p) */
  bool writable, shared;
  char device[12];        /* with the inode: */
  uint64_t inode, offset; /* which memory it is, if it is shared; else of a file */
  char name[64];          /* its beginning; empty if it has none */
};

FILE *maps_open(void);
bool maps_next(FILE *maps, struct mapping *mapping);
void maps_close(FILE *maps);

/* The mapping that holds an address; false if there is none. */
bool maps_find(const void *address, struct mapping *mapping);

/* How many mappings there are, or -1 if unknown. */
long count_mappings(void);

/* Bytes of memory behind the process's private pages and behind all that it maps shared, each
 * page once however often it is mapped, and also if no page table entry points to it (a leaked
 * frame has none; PSS would miss it). -1 if unknown. */
long long mapped_memory(void);

/* The most that the kernel allows, or what it usually allows if that is unknown. */
size_t mapping_limit(void);

#endif
