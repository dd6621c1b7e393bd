/* The grader's report: one line for each check, in fixed columns that a script
 * can cut (verdict, name, text), under headings that begin with '#'.
 *
 *   pass       values.equal      a lazy copy has the bytes of its original
 *
 * The name's first word tells the section: extra.* and robust.* are not part of
 * the grade, note.* says what was overlooked, the others are required. */
#ifndef REPORT_H
#define REPORT_H

#include <stdbool.h>

enum verdict { PASS, FAIL, UNDECIDED };

enum section { REQUIRED, EXTRA, ROBUST, SECTIONS };

/* A line for a check, under its section's heading. Verdicts read pass, FAIL, undecided for what is required;
 * bonus, none, undecided for extras; good, weak, undecided for robustness. */
__attribute__((format(printf, 4, 5))) void report(enum section section, enum verdict verdict,
                                                  const char *name, const char *format, ...);

/* Prints the notes in a file of lines "name text". */
void report_notes(const char *path);

/* What cannot be built cannot be checked, and all that is required (a list that
 * ends with NULL) is named all the same. */
void report_not_built(const char *const required[]);

/* The last check of robustness: did it leave processes behind? */
void report_processes(int left_behind);

/* Prints how much of each section holds. Returns the exit status: 0 if all that
 * is required holds, else 1. */
int report_end(void);

#endif
