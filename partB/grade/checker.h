/* A check of lazycopy in a process of its own. What it says goes to descriptor BOX_CHANNEL, in lines "WORD
 * NUMBER text": only this process knows the word, so that an exit(0) somewhere is no pass. The number is a
 * verdict, or that the check goes on. */
#ifndef CHECKER_H
#define CHECKER_H

#include "check.h"

enum { DOING = UNDECIDED + 1, EXPECTS_END };

/* The grader starts itself anew for each check: grade CHECK_ALONE NAME LIBRARY WORD. In a fork of it printf
 * would have its buffer already, and not call malloc. */
#define CHECK_ALONE "check"

/* Loads the library, runs the check, and ends the process. */
_Noreturn void checker_run(const struct check *check, const char *library, const char *word);

#endif
