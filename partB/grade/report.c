#include "report.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { TEXT = 600 };

static int counts[SECTIONS][UNDECIDED + 1];

/* One line, whatever the graded program printed into it. */
static void make_printable(char *text) {
  for (char *c = text; *c; c++) {
    if ((unsigned char)*c < ' ' || *c == 0x7f) *c = ' ';
  }
}

static void print_line(const char *verdict, const char *name, char *text) {
  make_printable(text);
  printf("%-10s %-24s %s\n", verdict, name, text);
  fflush(stdout);
}

/* The section's heading, once. */
static void print_heading(enum section section) {
  static const char *const headings[SECTIONS] = {"Required by the handout", "Extras, a bonus",
                                                 "Robustness, not part of the grade"};
  static bool printed[SECTIONS];
  if (!printed[section]) printf("# %s\n", headings[section]);
  printed[section] = true;
}

void report(const struct check *check, enum verdict verdict, const char *format, ...) {
  static const char *const words[SECTIONS][UNDECIDED + 1] = {
      {"pass", "FAIL", "undecided"}, {"bonus", "none", "undecided"}, {"good", "weak", "undecided"}};
  char text[TEXT], line[2 * TEXT];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  const char *title = verdict == PASS ? check->title : "";
  snprintf(line, sizeof line, *title && *text ? "%s (%s)" : "%s%s", title, text);
  print_heading(check->section);
  counts[check->section][verdict]++;
  print_line(words[check->section][verdict], check->name, line);
}

static char error[TEXT]; /* what the compiler said */

void report_notes(const char *path) {
  FILE *file = fopen(path, "re");
  char line[TEXT], name[32];
  int text;
  while (file && fgets(line, sizeof line, file)) {
    line[strcspn(line, "\n")] = '\0';
    if (sscanf(line, "%31s %n", name, &text) != 1) continue;
    print_line("note", name, line + text);
    if (strcmp(name, "note.error") == 0) snprintf(error, sizeof error, "%s", line + text);
  }
  if (file) fclose(file);
}

void report_not_built(void) {
  static const struct check builds = {.section = REQUIRED, .name = "builds"};
  report(&builds, FAIL, "it does not compile: %s", *error ? error : "the compiler does not say why");
}

static int all_of(const int section[UNDECIDED + 1]) {
  return section[PASS] + section[FAIL] + section[UNDECIDED];
}

int report_end(void) {
  printf("# Required: %d of %d hold.", counts[REQUIRED][PASS], all_of(counts[REQUIRED]));
  if (all_of(counts[EXTRA])) printf(" Extras: %d of %d.", counts[EXTRA][PASS], all_of(counts[EXTRA]));
  if (all_of(counts[ROBUST]))
    printf(" Robustness: %d of %d good.", counts[ROBUST][PASS], all_of(counts[ROBUST]));
  printf("\n");
  return counts[REQUIRED][PASS] != all_of(counts[REQUIRED]);
}
