/* The run as a page for a browser: one HTML file that needs nothing else. */
#ifndef SHOW_PAGE_H
#define SHOW_PAGE_H

#include "show_run.h"

/* Could the file be written, for all that can be known before? If not, errno says why. */
bool page_possible(const char *name);

/* False if not all could be written, and errno says why; no part of it is left then. */
bool page_write(const char *name, const struct steps *steps, const struct run *run);

#endif
