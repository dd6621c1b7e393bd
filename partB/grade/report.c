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

static void print_line(const char *verdict, const char *name, const char *format, va_list arguments) {
  char text[TEXT];
  vsnprintf(text, sizeof text, format, arguments);
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

void report(enum section section, enum verdict verdict, const char *name, const char *format, ...) {
  static const char *const words[SECTIONS][UNDECIDED + 1] = {
      {"pass", "FAIL", "undecided"}, {"bonus", "none", "undecided"}, {"good", "weak", "undecided"}};
  print_heading(section);
  counts[section][verdict]++;
  va_list arguments;
  va_start(arguments, format);
  print_line(words[section][verdict], name, format, arguments);
  va_end(arguments);
}

__attribute__((format(printf, 2, 3))) static void report_note(const char *name, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  print_line("note", name, format, arguments);
  va_end(arguments);
}

static char error[TEXT]; /* what the compiler said */

void report_notes(const char *path) {
  FILE *file = fopen(path, "re");
  char line[TEXT], name[32];
  int text;
  while (file && fgets(line, sizeof line, file)) {
    line[strcspn(line, "\n")] = '\0';
    if (sscanf(line, "%31s %n", name, &text) != 1) continue;
    report_note(name, "%s", line + text);
    if (strcmp(name, "note.error") == 0) snprintf(error, sizeof error, "%s", line + text);
  }
  if (file) fclose(file);
}

void report_not_built(const char *const required[]) {
  report(REQUIRED, FAIL, "builds", "it does not compile: %s",
         *error ? error : "the compiler does not say why");
  for (; *required; required++)
    report(REQUIRED, UNDECIDED, *required, "not tried: there is no library to try");
}

void report_processes(int left_behind) {
  if (left_behind) {
    report(ROBUST, FAIL, "robust.processes", "%d processes were left behind", left_behind);
  } else {
    report(ROBUST, PASS, "robust.processes", "no process is left behind");
  }
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
