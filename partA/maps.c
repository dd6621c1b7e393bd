/* Reads /proc/self/maps, line by line, with no memory but a static buffer. */
#include <sys/vfs.h>

#include "internal.h"

static struct {
  int file;
  size_t at, end;
  char buffer[4096];
} source;

static bool fill(void) {
  ssize_t got = read(source.file, source.buffer, sizeof source.buffer);
  source.at = 0;
  source.end = got > 0 ? (size_t)got : 0;
  return got > 0;
}

/* The file is empty if the main thread has ended; never in a child. Where somebody else has made
 * the root directory, another file may have its name. */
bool maps_begin(void) {
  enum { PROC = 0x9fa0 };
  struct statfs system;
  bool real = statfs("/proc/self/maps", &system) == 0 && system.f_type == PROC;
  source.file = real ? open("/proc/self/maps", O_RDONLY | O_CLOEXEC) : -1;
  return fill();
}

/* What there is no room for is left out. */
static bool read_line(char *line, size_t size) {
  size_t length = 0;
  char c = 0;
  while (c != '\n' && (source.at < source.end || fill())) {
    c = source.buffer[source.at++];
    if (length < size - 1) line[length++] = c;
  }
  line[c == '\n' ? length - 1 : length] = 0;
  if (length == 0) close(source.file);
  return length > 0;
}

/* A line: start-end rwxp offset device inode          name */
bool maps_next(struct region *region) {
  static char line[PATH_BYTES + 128];
  const char *text = line;
  if (!read_line(line, sizeof line)) return false;
  region->start = take_number(&text, 16);
  text += strlen("-");
  region->end = take_number(&text, 16);
  region->readable = text[1] == 'r';
  region->writable = text[2] == 'w';
  region->executable = text[3] == 'x';
  text += strlen(" rwxp ");
  region->offset = take_number(&text, 16);
  text += strlen(" ");
  region->device = take_number(&text, 16) << 20;
  text += strlen(":");
  region->device |= take_number(&text, 16);
  text += strlen(" ");
  region->inode = take_number(&text, 10);
  const char *name = strpbrk(text, "/[");
  copy_text(region->name, sizeof region->name, name ? name : "");
  for (char *newline; (newline = strstr(region->name, "\\012"));
       *newline = '\n') /* as the kernel writes it */
    memmove(newline + 1, newline + 4, strlen(newline + 4) + 1);
  return true;
}

bool maps_around(uintptr_t address, struct surroundings *surroundings) {
  static struct region region;
  memset(surroundings, 0, sizeof *surroundings);
  surroundings->address = address;
  bool there = maps_begin();
  while (maps_next(&region)) {
    if (region.end <= address) {
      surroundings->below = region;
    } else if (region.start <= address) {
      surroundings->at = region;
    } else if (!surroundings->above.end) {
      surroundings->above = region;
    }
    bool next = region.start > address && region.writable && !surroundings->writable_above;
    if (next) surroundings->writable_above = region.start;
  }
  return there;
}

bool maps_is_code(uintptr_t address) {
  static struct surroundings around;
  enum { LONGEST_CALL = 16 };
  return maps_around(address, &around) && around.at.executable && address - around.at.start >= LONGEST_CALL;
}

bool is_program(const char *path) {
  static char program[PATH_BYTES];
  ssize_t length = readlink("/proc/self/exe", program, sizeof program);
  return length > 0 && (size_t)length == strlen(path) && memcmp(program, path, (size_t)length) == 0;
}
