/* Helpers for text. */
#include "internal.h"

void copy_text(char *to, size_t size, const char *from) {
  size_t length = strnlen(from, size);
  bool whole = length < size;
  memcpy(to, from, whole ? length + 1 : size - sizeof "...");
  if (!whole) memcpy(to + size - sizeof "...", "...", sizeof "...");
}

/* The character that the text begins with, 0 if it is no proper one, and how many bytes it has. */
static uint32_t character(const char *text, size_t left, size_t *bytes) {
  static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
  unsigned first = (unsigned char)*text;
  size_t length = first < 0xf8 ? (size_t) "\1\1\1\1\1\1\1\1\0\0\0\0\2\2\3\4"[first >> 4] : 0;
  uint32_t code = length == 1 ? first : first & 0x7fu >> length;
  *bytes = 1;
  if (length == 0 || length > left) return 0;
  for (size_t i = 1; i < length; i++) {
    if ((text[i] & 0xc0) != 0x80) return 0;
    code = code << 6 | (text[i] & 0x3f);
  }
  if (code < least[length] || code >> 11 == 0xd800 >> 11 || code > 0x10ffff) return 0;
  *bytes = length;
  return code;
}

/* Does it steer a terminal, or the direction in which text is read? */
static bool is_steering(uint32_t c) {
  return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x61c || c == 0x200e || c == 0x200f ||
         (c >= 0x2028 && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

size_t copy_harmless(char *to, size_t size, const char *from, size_t length) {
  size_t used = 0;
  for (size_t bytes; length > 0; from += bytes, length -= bytes) {
    bool steering = is_steering(character(from, length, &bytes));
    size_t copied = steering ? 1 : bytes;
    if (used + copied > size) break;
    memcpy(to + used, !steering ? from : *from == '\t' ? " " : "?", copied);
    used += copied;
  }
  return used;
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
