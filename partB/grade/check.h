/* What the checks of both parts are: rows of checks.def, with a function each. A check passes by returning;
 * or it says in words of the lab what it saw instead, and is left at once. */
#ifndef CHECK_H
#define CHECK_H

#include <stdbool.h>

enum section { REQUIRED, EXTRA, ROBUST, SECTIONS };
enum verdict { PASS, FAIL, UNDECIDED };

struct check {
  char part;
  enum section section;
  const char *name;
  void (*run)(void);
  double seconds;    /* of processor time, in a process of its own; 0: it starts programs itself */
  const char *title; /* what holds if it passes; empty: the remark says it */
};

_Noreturn void fail(const char *format, ...) __attribute__((format(printf, 1, 2)));
_Noreturn void undecided(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* What is reported behind a pass. */
void remark(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* For who runs a check: how it is left by fail and undecided, which do not return; and what it said last. */
void begin_check(const struct check *check, void (*leave)(enum verdict verdict));
const char *last_words(void);

/* Is the check that runs a part of the grade? */
bool is_graded(void);

#endif
