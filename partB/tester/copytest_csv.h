/* copytest's figures as a file of comma-separated values, a line for each run,
 * method and phase. The file is made or changed after the last run only. */
#ifndef COPYTEST_CSV_H
#define COPYTEST_CSV_H

#include <stdbool.h>

#include "copytest_run.h"

extern const char *const method_names[METHODS];
extern const char *const phase_names[PHASES];

/* Could the file be written, for all that can be known before? Touches nothing.
 * If not, errno says why. "-" is standard output. */
bool csv_possible(const char *name);

/* False if not all could be written, and errno says why; no part of it is left then. */
bool csv_write(const char *name, size_t chunks, size_t writes, int methods, size_t runs,
               const struct outcome *outcomes);

#endif
