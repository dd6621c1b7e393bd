/* A picture of sharing: draws chunks and the memory behind them, step by step, for anybody's
 * lazycopy, and marks what is not as it must be. */
#ifndef SHOW_H
#define SHOW_H

#include "show_run.h"

/* What was found, in the order of exit statuses. */
enum shown { AS_IT_MUST_BE, SOMETHING_IS_WRONG, NOT_SHOWN };

/* Draws on standard output; with colours if that is a terminal and NO_COLOR is not
 * set. program begins the one line on standard error that says why nothing is shown. */
enum shown show(const char *program, const struct answer *answer, const char *steps_text, const char *page);

#endif
