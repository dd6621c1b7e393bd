/* Helpers for text. */
#include <string.h>

#include "internal.h"

void copy_text(char *to, size_t size, const char *from) {
  size_t length = strnlen(from, size);
  bool whole = length < size;
  memcpy(to, from, whole ? length + 1 : size - sizeof "...");
  if (!whole) memcpy(to + size - sizeof "...", "...", sizeof "...");
}

bool is_one_of(const char *name, const char *patterns) {
  for (const char *pattern = patterns, *end; *pattern; pattern = end + (*end == ' ')) {
    end = strchrnul(pattern, ' ');
    size_t length = (size_t)(end - pattern), without_star = length - (end[-1] == '*');
    bool part = *pattern == '*' && memmem(name, strlen(name), pattern + 1, length - 1);
    if (part || (strncmp(name, pattern, without_star) == 0 && (without_star < length || !name[length])))
      return true;
  }
  return false;
}

const char *base_name(const char *path) {
  const char *slash = strrchr(path, '/');
  return slash ? slash + 1 : path;
}

void take_line(char **text, char *line, size_t size) {
  size_t length = strcspn(*text, "\n"), most = length < size ? length : size - 1;
  if (size > 0) memcpy(line, *text, most);
  if (size > 0) line[most] = 0;
  *text += length + ((*text)[length] == '\n');
}

uintptr_t take_number(const char **text, unsigned base) {
  static const char digits[] = "0123456789abcdef";
  uintptr_t number = 0;
  for (const char *digit; (digit = memchr(digits, **text, base)); ++*text) {
    number = number * base + (uintptr_t)(digit - digits);
  }
  return number;
}

const char *number_text(uintptr_t number, unsigned base) {
  static char digits[24];
  char *first = digits + sizeof digits - 1;
  do {
    *--first = "0123456789abcdef"[number % base];
    number /= base;
  } while (number > 0);
  return first;
}
