/* Runs a check of lazycopy in a process of its own (see checker.h), and reports what came of it. */
#ifndef BOXED_H
#define BOXED_H

#include "check.h"

void run_boxed(const struct check *check, const char *library);

#endif
