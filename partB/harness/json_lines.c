/* Reads a JSON document (RFC 8259) from standard input, strictly, and prints a line for
 * each value that is no object or array: its path, its kind and its text.
 *
 *   .tests.0.name string values.alloc
 *
 * Exit status 1 if it is no JSON document: that is what the tests are for. */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char document[1 << 20];
static const char *at = document;

static void fail(const char *why) {
  fprintf(stderr, "json: byte %td: %s\n", at - document, why);
  exit(1);
}

static void skip_space(void) {
  at += strspn(at, " \t\r\n");
}

static void expect(char c) {
  if (*at != c) fail((char[]){'n', 'o', ' ', c, '\0'});
  at++;
}

/* A character of UTF-8 that is more than one byte. */
static void skip_character(void) {
  int more = (*at & 0xe0) == 0xc0 ? 1 : (*at & 0xf0) == 0xe0 ? 2 : (*at & 0xf8) == 0xf0 ? 3 : 0;
  if (more == 0) fail("not UTF-8");
  for (at++; more > 0; more--, at++) {
    if ((*at & 0xc0) != 0x80) fail("not UTF-8");
  }
}

static void skip_escape(void) {
  if (*at == 'u') {
    if (strspn(at + 1, "0123456789abcdefABCDEF") < 4) fail("not four hexadecimal digits");
    at += 5;
  } else if (*at && strchr("\"\\/bfnrt", *at)) {
    at++;
  } else {
    fail("no such escape");
  }
}

/* Returns how many bytes the string has between its quotes, and moves behind it. */
static int skip_string(void) {
  expect('"');
  const char *start = at;
  while (*at != '"') {
    if (*at == '\\') {
      at++;
      skip_escape();
    } else if ((unsigned char)*at < ' ') {
      fail("a control character in a string, or its end is missing");
    } else if ((unsigned char)*at < 0x80) {
      at++;
    } else {
      skip_character();
    }
  }
  return (int)(at++ - start);
}

static int skip_digits(void) {
  int digits = (int)strspn(at, "0123456789");
  if (digits == 0) fail("a digit is missing");
  at += digits;
  return digits;
}

static void skip_number(void) {
  if (*at == '-') at++;
  bool zero = *at == '0';
  if (skip_digits() > 1 && zero) fail("a number that begins with 0");
  if (*at == '.') {
    at++;
    skip_digits();
  }
  if (*at == 'e' || *at == 'E') {
    at++;
    if (*at == '+' || *at == '-') at++;
    skip_digits();
  }
}

static bool skip_word(const char *word) {
  if (strncmp(at, word, strlen(word)) != 0) return false;
  at += strlen(word);
  return true;
}

static void read_value(const char *path);

static void read_members(const char *path, char end) {
  char member[500];
  expect(end == '}' ? '{' : '[');
  skip_space();
  for (int i = 0; *at != end; i++) {
    if (i > 0) expect(',');
    skip_space();
    if (end == '}') {
      const char *name = at + 1;
      snprintf(member, sizeof member, "%s.%.*s", path, skip_string(), name);
      skip_space();
      expect(':');
    } else {
      snprintf(member, sizeof member, "%s.%d", path, i);
    }
    read_value(member);
  }
  at++;
}

static void read_value(const char *path) {
  skip_space();
  const char *start = at;
  if (*at == '{' || *at == '[') {
    read_members(path, *at == '{' ? '}' : ']');
  } else if (*at == '"') {
    int length = skip_string();
    printf("%s string %.*s\n", path, length, start + 1);
  } else if (skip_word("true") || skip_word("false") || skip_word("null")) {
    printf("%s word %.*s\n", path, (int)(at - start), start);
  } else {
    skip_number();
    printf("%s number %.*s\n", path, (int)(at - start), start);
  }
  skip_space();
}

int main(void) {
  size_t length = fread(document, 1, sizeof document - 1, stdin);
  read_value("");
  if (at != document + length) fail("more behind the document");
  return 0;
}
