/* Numbers from the command line, numbers for people, and progress on a
 * terminal: what copytest and the benchmark print and read. */
#ifndef TEXT_H
#define TEXT_H

#include <stdbool.h>
#include <stddef.h>

/* Reads a whole number in decimal digits, and nothing else. False if text is
 * not one or lies outside [lowest, highest]. */
bool parse_number(const char *text, unsigned long long lowest, unsigned long long highest,
                  unsigned long long *value);

/* A short text in a unit that fits: "6.52 us", "125 MiB", "12.3 times". */
struct text {
  char string[24];
};
struct text time_text(double us);
struct text size_text(double bytes);
struct text ratio_text(double ratio);

/* Tells on standard error how far the work is, "WHAT: 43%", if that is a terminal
 * and a second has gone by since the first call. */
void show_progress(const char *what, size_t done, size_t total);

/* Removes the progress line, if one is shown. Call it before printing. */
void hide_progress(void);

#endif
