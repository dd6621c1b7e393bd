#include "probe.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../harness/maps.h"
#include "../harness/runner.h"

/* Some pages of a shared object, and where they are mapped. */
struct piece {
  uint64_t inode, offset;
  uintptr_t address;
  size_t length;
};

static int by_object_and_offset(const void *left, const void *right) {
  const struct piece *a = left, *b = right;
  if (a->inode != b->inode) return a->inode < b->inode ? -1 : 1;
  return (a->offset > b->offset) - (a->offset < b->offset);
}

static bool is_shared_anonymous(const struct mapping *mapping) {
  return mapping->shared && strstr(mapping->name, "/dev/zero");
}

/* No more than there is room for. */
static size_t read_pieces(struct piece *pieces, size_t room) {
  size_t count = 0;
  struct mapping mapping;
  FILE *maps = maps_open();
  while (count < room && maps_next(maps, &mapping)) {
    if (!is_shared_anonymous(&mapping)) continue;
    pieces[count++] =
        (struct piece){mapping.inode, mapping.offset, mapping.start, mapping.end - mapping.start};
  }
  maps_close(maps);
  qsort(pieces, count, sizeof *pieces, by_object_and_offset);
  return count;
}

/* Pages of [address, address + length) that are in memory, in KiB. */
static long resident_kib(uintptr_t address, size_t length) {
  static unsigned char present[4096];
  size_t page = (size_t)sysconf(_SC_PAGESIZE), pages = 0;
  for (size_t done = 0; done < length; done += sizeof present * page) {
    size_t step = length - done < sizeof present * page ? length - done : sizeof present * page;
    CHECK(mincore((void *)(address + done), step, present) == 0);
    for (size_t i = 0; i < step / page; i++) pages += present[i] & 1;
  }
  return (long)(pages * (page / 1024));
}

static long shared_kib(void) {
  size_t room = mapping_count() + 64, size = room * sizeof(struct piece);
  struct piece *pieces = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  CHECK(pieces != MAP_FAILED);
  size_t count = read_pieces(pieces, room);
  long kib = 0;
  uint64_t inode = 0, seen = 0; /* of this inode, up to this offset */
  for (size_t i = 0; i < count; i++) {
    struct piece piece = pieces[i];
    if (i == 0 || piece.inode != inode) seen = 0;
    inode = piece.inode;
    uint64_t end = piece.offset + piece.length;
    if (end <= seen) continue;
    size_t skip = piece.offset < seen ? (size_t)(seen - piece.offset) : 0;
    kib += resident_kib(piece.address + skip, piece.length - skip);
    seen = end;
  }
  munmap(pieces, size);
  return kib;
}

long proc_kib(const char *path, const char *field) {
  FILE *file = fopen(path, "r");
  if (!file) test_skip("a file in /proc is missing");
  long kib = -1;
  char line[256];
  while (kib < 0 && fgets(line, sizeof line, file)) {
    if (strncmp(line, field, strlen(field)) == 0) kib = strtol(line + strlen(field), NULL, 10);
  }
  fclose(file);
  if (kib < 0) test_skip("a figure in /proc is missing");
  return kib;
}

long private_kib(void) {
  return proc_kib("/proc/self/smaps_rollup", "Anonymous:");
}

long memory_kib(void) {
  return shared_kib() + private_kib();
}

size_t mapping_count(void) {
  long count = count_mappings();
  if (count < 0) test_skip("no /proc/self/maps");
  return (size_t)count;
}

size_t mapping_limit(void) {
  FILE *file = fopen("/proc/sys/vm/max_map_count", "r");
  size_t limit = 65530;
  if (file && fscanf(file, "%zu", &limit) != 1) limit = 65530;
  if (file) fclose(file);
  return limit;
}

void need_mib(long mib) {
  if (proc_kib("/proc/meminfo", "MemAvailable:") / 1024 < mib) test_skip("too little memory is available");
}
