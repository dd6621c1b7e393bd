#include "text.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "measure.h"

bool parse_number(const char *text, unsigned long long lowest, unsigned long long highest,
                  unsigned long long *value) {
  if (!*text || text[strspn(text, "0123456789")]) return false;
  errno = 0;
  *value = strtoull(text, NULL, 10);
  return errno == 0 && *value >= lowest && *value <= highest;
}

/* Three digits that matter: 1234, 123, 12.3, 1.23. */
static struct text three_digits(double value, const char *unit) {
  struct text text;
  double magnitude = fabs(value);
  int decimals = magnitude < 9.995 ? 2 : magnitude < 99.95 ? 1 : 0;
  snprintf(text.string, sizeof text.string, "%.*f %s", decimals, value, unit);
  return text;
}

struct text time_text(double us) {
  double magnitude = fabs(us);
  if (magnitude < 1) return three_digits(us * 1e3, "ns");
  if (magnitude < 1e3) return three_digits(us, "us");
  if (magnitude < 1e6) return three_digits(us * 1e-3, "ms");
  return three_digits(us * 1e-6, "s");
}

struct text size_text(double bytes) {
  static const char *const units[] = {"B", "KiB", "MiB", "GiB"};
  size_t unit = 0;
  for (; unit < 3 && bytes >= 1024; unit++) bytes /= 1024;
  if (unit == 0 && bytes == 0) return (struct text){"0 B"};
  return three_digits(bytes, units[unit]);
}

struct text ratio_text(double ratio) {
  return three_digits(ratio, "times");
}

static bool progress_shown;

void show_progress(const char *what, size_t done, size_t total) {
  static double next;
  double now = now_us();
  if (next == 0) next = now + 1e6;
  if (now < next || !isatty(STDERR_FILENO)) return;
  next = now + 1e5;
  fprintf(stderr, "\r\033[K%s: %zu%%", what, 100 * done / total);
  progress_shown = true;
}

void hide_progress(void) {
  if (!progress_shown) return;
  fputs("\r\033[K", stderr);
  progress_shown = false;
}
