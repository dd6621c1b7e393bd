/* The grader's report: one line for each check, in fixed columns that a script
 * can cut (verdict, name, text), under headings that begin with '#'.
 *
 *   pass       values.equal      a lazy copy has the bytes of its original
 *
 * The name's first word tells the section: extra.* and robust.* are not part of
 * the grade, note.* says what was overlooked, the others are required. */
#ifndef REPORT_H
#define REPORT_H

#include "check.h"

/* A line for a check, under its section's heading. Verdicts read pass, FAIL, undecided for what is required;
 * bonus, none, undecided for extras; good, weak, undecided for robustness. Behind a pass stands what holds,
 * and the text as a remark. */
__attribute__((format(printf, 3, 4))) void report(const struct check *check, enum verdict verdict,
                                                  const char *format, ...);

/* Prints the notes in a file of lines "name text". */
void report_notes(const char *path);

/* What cannot be built cannot be checked. */
void report_not_built(void);

/* Prints how much of each section holds. Returns the exit status: 0 if all that
 * is required holds, else 1. */
int report_end(void);

#endif
