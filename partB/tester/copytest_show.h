/* copytest --show: what the library that it is linked with does. */
#ifndef COPYTEST_SHOW_H
#define COPYTEST_SHOW_H

/* The steps of show_steps.h; NULL: the usual ones. page, if not NULL, is a file for a browser. Returns the
 * exit status. */
int show_library(const char *steps, const char *page);

#endif
