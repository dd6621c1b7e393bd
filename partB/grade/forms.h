/* The forms in which a score is printed. */
#ifndef FORMS_H
#define FORMS_H

#include "score.h"

/* The last line of a report: "# Points: ..." */
void print_line(const struct score *score, const char *nothing);

/* A JSON document with an object for each check. */
void print_json(const struct score *score, const char *nothing);

/* Gradescope's results.json. The argument is how many seconds it took. */
void print_gradescope(const struct score *score, const char *seconds);

/* A test suite in JUnit's XML. */
void print_junit(const struct score *score, const char *nothing);

/* A student's row of a class, after RFC 4180, and the row above all of them. */
void print_row(const struct score *score, const char *student);
void print_heading(const struct score *score, const char *nothing);

#endif
