/* Runs a program that crashes and keeps what it wrote to standard error, its
 * status. If the environment variable EMULATOR is set (to
 * "qemu-aarch64 -L /usr/aarch64-linux-gnu", for example), its words go before the
 * program. */
#ifndef OBSERVE_H
#define OBSERVE_H

#include <stdbool.h>
#include <stdlib.h> /* __GLIBC__ */

/* musl does not bring the tables that unwinding needs, among other differences. */
#ifdef __GLIBC__
enum { ON_GLIBC = 1 };
#else
enum { ON_GLIBC = 0 };
#endif

#define ZOO "partA/build/tests/zoo"

enum stderr_kind { STDERR_READ, STDERR_CLOSED, STDERR_FULL, STDERR_NO_READER };

struct outcome {
  int status; /* exit status, or 128 + signal */
  bool by_signal;
  char text[32768]; /* what came over standard error */
};

/* The outcome is static: it lasts until the next call. A program that never ends is left
 * to the test's limit. */
const struct outcome *observe(const char *program, const char *argument, enum stderr_kind kind);

/* Does the extended regular expression match somewhere in the text, newlines being ordinary characters? */
bool matches(const char *text, const char *expression);
#define CHECK_MATCH(text, expression) check_match(__FILE__, __LINE__, text, expression)
void check_match(const char *file, int line, const char *text, const char *expression);

/* How often does the word occur in the text? */
int occurrences(const char *text, const char *word);

/* Is the first line of the text one of the kind messages? */
bool begins_kindly(const char *text);

/* The report proper: the text from the kind line on, after "crash in line N". */
const char *report_of(const struct outcome *outcome);

/* The line that an animal of the zoo said it would crash in; 0 if it said none. */
int announced_line(const struct outcome *outcome);

/* What every report of the plain crash says, and what it says if addr2line cannot help. */
#define WHAT                                                                                               \
  "What happened: zoo tried to (read from|write to|access) address 0x5[05], which is not mapped. That is " \
  "8[05] "                                                                                                 \
  "bytes past "                                                                                            \
  "NULL"
#define PLACE "zoo\\+0x[0-9a-f]+"
#define UNNAMED                  \
  "Where: ([a-z_]+  \\()?" PLACE \
  "\\)?; (time ran out; )?this tells the line: addr2line -Cfie '.*/zoo' 0x[0-9a-f]+\n"

/* Does the report name the function, or "in LIBRARY_FUNCTION, called from FUNCTION", and its line? */
void check_where(const char *report, const char *function);

/* Are all three lines of the report of a plain crash there? */
void check_report(const char *report, const char *function);

/* Fails the test unless the animal's only words are one whole report, and its status is the usual one. */
void whole_report(const char *animal, const char *function);

/* The same of the animal that the test is named after, which ends in crash. */
void whole_crash(void);

bool have_addr2line(void);
bool emulated(void);

#endif
