/* The reader of symbol tables, given files that are not what they claim: every field of every header is set
 * to numbers that lead somewhere else, and every length is tried. What it says is a name in the file, or
 * nothing; an AddressSanitizer, if this is compiled with it, sees the rest. */
#include <fcntl.h>
#include <link.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../partB/harness/runner.h"
#include "../internal.h"

enum { FUNCTION = 0x1000, FUNCTION_SIZE = 0x100, ALIAS = 0x2000, LONG = 0x3000, SECTIONS = 4, SYMBOLS = 5 };

/* A whole file: the names follow each other, each with a zero at its end. */
static struct {
  ElfW(Ehdr) header;
  ElfW(Shdr) sections[SECTIONS];
  ElfW(Sym) symbols[SYMBOLS];
  char names[12000]; /* more than is read at once */
} good;

static int file;
static struct { char name[32], guard[32]; } found;

static ElfW(Sym) symbol(unsigned name, uintptr_t value) {
  return (ElfW(Sym)){.st_name = name, .st_info = STT_FUNC, .st_value = value, .st_size = FUNCTION_SIZE};
}

static void make_good(void) {
  static const char names[] = "\0function\0_alias\0alias";
  memcpy(good.names, names, sizeof names);
  memset(good.names + sizeof names, 'x', sizeof good.names - sizeof names - 1);
  memcpy(good.header.e_ident, ELFMAG, SELFMAG);
  good.header.e_shoff = offsetof(__typeof__(good), sections);
  good.header.e_shnum = SECTIONS;
  good.header.e_shentsize = sizeof good.sections[0];
  good.sections[1] = (ElfW(Shdr)){.sh_type = SHT_DYNSYM, .sh_link = 3};
  good.sections[2] = (ElfW(Shdr)){.sh_type = SHT_SYMTAB,
                                  .sh_offset = offsetof(__typeof__(good), symbols),
                                  .sh_size = sizeof good.symbols,
                                  .sh_link = 3};
  good.sections[3] = (ElfW(Shdr)){
      .sh_type = SHT_STRTAB, .sh_offset = offsetof(__typeof__(good), names), .sh_size = sizeof good.names};
  good.symbols[1] = symbol(1, FUNCTION);
  good.symbols[2] = symbol(10, ALIAS);
  good.symbols[3] = symbol(17, ALIAS);
  good.symbols[4] = symbol(sizeof names, LONG);
  char path[] = "/tmp/tablesXXXXXX";
  file = mkstemp(path);
  unlink(path);
  CHECK(write(file, &good, sizeof good) == sizeof good);
}

static const char *name_at(uintptr_t offset) {
  memset(&found, 0, sizeof found);
  memset(found.guard, 'g', sizeof found.guard);
  table_find(file, offset, found.name, sizeof found.name);
  return found.name;
}

/* Of a long name, the beginning and "..." */
static bool is_in_file(const char *name) {
  static __typeof__(good) now;
  size_t length = strlen(name);
  ssize_t size = pread(file, &now, sizeof now, 0);
  if (length == sizeof found.name - 1 && strcmp(name + length - 3, "...") == 0) length -= 3;
  return length == 0 || (size > 0 && memmem(&now, (size_t)size, name, length));
}

static void check_any(uintptr_t offset) {
  CHECK(memchr(name_at(offset), 0, sizeof found.name) && is_in_file(found.name));
  CHECK(found.guard[0] == 'g' && found.guard[sizeof found.guard - 1] == 'g');
}

static void right_names(void) {
  make_good();
  CHECK(strcmp(name_at(FUNCTION), "function") == 0);
  CHECK(strcmp(name_at(FUNCTION + FUNCTION_SIZE - 1), "function") == 0);
  CHECK(strcmp(name_at(FUNCTION + FUNCTION_SIZE), "") == 0);
  CHECK(strcmp(name_at(ALIAS), "alias") == 0);
  CHECK(strcmp(name_at(LONG), "xxxxxxxxxxxxxxxxxxxxxxxxxxxx...") == 0);
}

static void check_with(size_t at, size_t width, uint64_t value) {
  static unsigned turn;
  CHECK(pwrite(file, &value, width, (off_t)at) == (ssize_t)width);
  check_any(turn++ % 3 == 0 ? FUNCTION : turn % 3 == 0 ? ALIAS : LONG);
}

/* The numbers are in this machine's order; what is larger than a field is cut. */
static void try_numbers(size_t at, size_t width) {
  uint64_t numbers[] = {0, 1, sizeof good, sizeof good - 1, UINT64_MAX, SIZE_MAX / 2, INT64_MAX};
  for (unsigned i = 0; i < sizeof numbers / sizeof *numbers; i++) check_with(at, width, numbers[i]);
  for (int i = 0; i < 1000; i++) {
    uint64_t number = (uint64_t)random() << 33 ^ (uint64_t)random();
    check_with(at, width, i % 2 ? number : number % (2 * sizeof good));
  }
  CHECK(pwrite(file, (const char *)&good + at, width, (off_t)at) == (ssize_t)width);
}

/* A field of 8 bytes is tried as two of 4, a pair of 2, too; that is more than the fields that there are. */
static void wrong_numbers(void) {
  make_good();
  for (size_t at = 0; at < offsetof(__typeof__(good), names); at += 2) {
    if (at < sizeof good.header) try_numbers(at, 2);
    if (at % 4 == 0) try_numbers(at, 4);
    if (at % 8 == 0) try_numbers(at, 8);
  }
  CHECK(strcmp(name_at(FUNCTION), "function") == 0);
}

static void all_lengths(void) {
  make_good();
  for (size_t length = sizeof good; length-- > 0;) {
    if (length > offsetof(__typeof__(good), names[1000])) length -= 99;
    CHECK(ftruncate(file, (off_t)length) == 0);
    check_any(FUNCTION);
    check_any(LONG);
  }
}

/* Names have to end within their table, wherever it is said to be. */
static void names_without_end(void) {
  make_good();
  CHECK(pwrite(file, "xxxx", 4, sizeof good - 4) == 4);
  ElfW(Word) last = sizeof good.names - 3;
  CHECK(pwrite(file, &last, sizeof last, offsetof(__typeof__(good), symbols[1].st_name)) == sizeof last);
  CHECK(strcmp(name_at(FUNCTION), "") == 0);
  CHECK(strcmp(name_at(ALIAS), "alias") == 0);
  good.header.e_shnum = 3; /* and the table of names among the sections */
  CHECK(pwrite(file, &good, sizeof good, 0) == sizeof good && strcmp(name_at(FUNCTION), "") == 0);
}

static const struct test tests[] = {
    {"tables_right_names", right_names, 10},
    {"tables_wrong_numbers", wrong_numbers, 60},
    {"tables_all_lengths", all_lengths, 20},
    {"tables_names_without_end", names_without_end, 10},
};

RUN_TESTS(tests)
