/* Reads /proc/self/maps, character by character, with no memory but a static buffer. */
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "internal.h"

struct source {
  int file;
  size_t at, end;
  char buffer[4096];
};

static int next(struct source *source) {
  if (source->at == source->end) {
    ssize_t got = read(source->file, source->buffer, sizeof source->buffer);
    if (got <= 0) return '\n';
    source->at = 0;
    source->end = (size_t)got;
  }
  return (unsigned char)source->buffer[source->at++];
}

/* Reads a hexadecimal number and the character after it. */
static uintptr_t next_number(struct source *source) {
  static const char digits[] = "0123456789abcdef";
  uintptr_t number = 0;
  for (const char *digit; (digit = memchr(digits, next(source), 16));) {
    number = number << 4 | (uintptr_t)(digit - digits);
  }
  return number;
}

static int skip_to_blank(struct source *source) {
  int c;
  do c = next(source);
  while (c != ' ' && c != '\n');
  return c;
}

/* A line: start-end rwxp offset device inode          name */
static bool next_region(struct source *source, struct region *region) {
  region->start = next_number(source);
  region->end = next_number(source);
  region->readable = next(source) == 'r';
  region->writable = next(source) == 'w';
  region->executable = next(source) == 'x';
  skip_to_blank(source);
  region->offset = next_number(source);
  skip_to_blank(source);
  int c = skip_to_blank(source);
  while (c == ' ') c = next(source);
  size_t length = 0;
  for (; c != '\n'; c = next(source)) {
    if (length < sizeof region->name - 1) region->name[length++] = (char)c;
  }
  region->name[length] = 0;
  return region->end > 0;
}

static bool visit_file(const char *path, bool (*visit)(const struct region *region, void *argument),
                       void *argument) {
  static struct source source;
  static struct region region;
  source.at = source.end = 0;
  source.file = open(path, O_RDONLY | O_CLOEXEC);
  if (source.file < 0) return false;
  bool any = false;
  while (next_region(&source, &region)) {
    any = true;
    if (!visit(&region, argument)) break;
  }
  close(source.file);
  return any;
}

/* The first is empty once the main thread has ended, the second unknown to qemu's user emulation. */
bool maps_visit(bool (*visit)(const struct region *region, void *argument), void *argument) {
  return visit_file("/proc/self/maps", visit, argument) ||
         visit_file("/proc/thread-self/maps", visit, argument);
}

static bool visit_around(const struct region *region, void *argument) {
  struct surroundings *around = argument;
  bool below = region->end <= around->address, above = region->start > around->address;
  *(below ? &around->below : above ? &around->above : &around->at) = *region;
  return !above;
}

bool maps_around(uintptr_t address, struct surroundings *surroundings) {
  memset(surroundings, 0, sizeof *surroundings);
  surroundings->address = address;
  return maps_visit(visit_around, surroundings);
}

static bool visit_named(const struct region *region, void *argument) {
  struct region *wanted = argument;
  if (strcmp(region->name, wanted->name) == 0) *wanted = *region;
  return !wanted->end;
}

bool maps_find(const char *name, struct region *region) {
  memset(region, 0, sizeof *region);
  strcpy(region->name, name);
  maps_visit(visit_named, region);
  return region->end;
}

bool maps_is_code(uintptr_t address) {
  static struct surroundings around;
  enum { LONGEST_CALL = 16 };
  return maps_around(address, &around) && around.at.executable && address - around.at.start >= LONGEST_CALL;
}

const char *base_name(const char *path) {
  const char *slash = strrchr(path, '/');
  return slash ? slash + 1 : path;
}

bool is_program(const char *path) {
  static char program[PATH_BYTES];
  ssize_t length = readlink("/proc/self/exe", program, sizeof program);
  return length > 0 && (size_t)length == strlen(path) && memcmp(program, path, (size_t)length) == 0;
}
