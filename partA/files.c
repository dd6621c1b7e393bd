/* Which files the report may open: nobody may lead it to another one than it means. */
#include <sys/mman.h>

#include "internal.h"

enum { READ = O_RDONLY | O_NONBLOCK | O_NOCTTY, NO_LINK = O_NOFOLLOW | O_CLOEXEC };

/* Compares what the kernel says of one mapping and of another: the numbers that stat gives are
 * not the same on all file systems. */
static bool is_mapped_at(uintptr_t address, int file) {
  static struct surroundings there, here;
  void *page = mmap(NULL, 1, PROT_READ, MAP_PRIVATE, file, 0);
  if (page == MAP_FAILED) return false;
  bool known = maps_around(address, &there) && maps_around((uintptr_t)page, &here);
  munmap(page, 1);
  return known && there.at.inode > 0 && there.at.inode == here.at.inode && there.at.device == here.at.device;
}

int open_mapped(const char *path, uintptr_t address) {
  const char *const names[] = {path, "/proc/self/exe"};
  for (unsigned i = 0; i < 2 && options.symbolize; i++) {
    int file = open(names[i], READ);
    if (is_mapped_at(address, file)) return file;
    close(file);
  }
  return -1;
}

/* Goes down from the root directory, by a name that emulators do not take for another's. */
int open_without_links(const char *path) {
  static char whole[2 * PATH_BYTES], part[PATH_BYTES];
  strcpy(stpcpy(stpcpy(whole, *path == '/' ? "" : at_start.directory), "/"), path);
  int directory = *path == '/' || at_start.directory[0] ? open("/proc/self/root", O_PATH) : -1;
  for (const char *rest = whole; directory >= 0;) {
    rest += strspn(rest, "/");
    size_t length = strcspn(rest, "/");
    bool last = !rest[length];
    memcpy(part, rest, length);
    part[length] = 0;
    int next = openat(directory, part, NO_LINK | (last ? READ : O_PATH | O_DIRECTORY));
    close(directory);
    if (last) return next;
    directory = next;
    rest += length;
  }
  return -1;
}
