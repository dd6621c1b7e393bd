/* The text of the report: gathered in a buffer, sent line by line to standard
 * error, given up at the deadline. */
#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <sys/prctl.h>
#include <sys/select.h>
#include <sys/stat.h>
#include <time.h>

#include "internal.h"

static char buffer[PIPE_BUF];
static size_t used;
static int64_t deadline; /* as milliseconds() counts */
static bool in_color;

static int64_t milliseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void report_begin(void) {
  used = 0;
  in_color = options.color == COLOR_ALWAYS || (options.color == COLOR_AUTO && isatty(STDERR_FILENO));
  deadline = milliseconds() + (int64_t)options.timeout * 1000;
}

int milliseconds_left(void) {
  int64_t left = deadline - milliseconds();
  return left > 0 ? (int)left : 0;
}

/* Standard error may lead to others, as a socket does, or the process may have secrets. */
bool report_may_quote(void) {
  struct stat status;
  bool socket = fstat(STDERR_FILENO, &status) != 0 || S_ISSOCK(status.st_mode);
  return options.quote || (!socket && !at_start.secure && prctl(PR_GET_DUMPABLE) == 1);
}

void report_bytes(const char *bytes, size_t length) {
  used += copy_harmless(buffer + used, sizeof buffer - used, bytes, length);
}

void report(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  for (const char *text = format, *percent; *text;) {
    percent = strchrnul(text, '%');
    report_bytes(text, (size_t)(percent - text));
    if (!*percent) break;
    bool string = percent[1] == 's';
    const char *value = string ? va_arg(arguments, const char *)
                               : number_text(va_arg(arguments, unsigned long), percent[2] == 'x' ? 16 : 10);
    report_bytes(value, strlen(value));
    text = percent + (string ? strlen("%s") : strlen("%lu"));
  }
  va_end(arguments);
}

static void report_escape(const char *sequence) {
  for (; in_color && *sequence && used < sizeof buffer; sequence++) buffer[used++] = *sequence;
}

void report_label(const char *label) {
  used = 0;
  report_escape("\033[1m");
  report("%s", label);
  report_escape("\033[0m");
}

/* Can standard error be written to without waiting, now or before the deadline? (poll
 * would refuse to tell where no descriptors are allowed.) Where a sandbox refuses the question, the
 * answer is left to write. */
static bool wait_for_room(void) {
  int left = milliseconds_left();
  struct timeval time = {left / 1000, left % 1000 * 1000L};
  fd_set files;
  FD_ZERO(&files);
  FD_SET(STDERR_FILENO, &files);
  return select(STDERR_FILENO + 1, NULL, &files, NULL, &time) != 0;
}

/* Ends the line and writes it; after the deadline, only if that needs no waiting.
 * A line is at most PIPE_BUF bytes, which a pipe with room takes
 * without blocking. Standard error is never made non-blocking: others may share it. */
void report_send(void) {
  if (used == sizeof buffer) used--;
  buffer[used++] = '\n';
  size_t sent = 0;
  while (at_start.standard_error_open && sent < used && (strict_mode || wait_for_room())) {
    ssize_t written = write(STDERR_FILENO, buffer + sent, used - sent);
    bool again = written < 0 && (errno == EINTR || errno == EAGAIN) && milliseconds_left() > 0;
    if (written <= 0 && !again) break;
    if (written > 0) sent += (size_t)written;
  }
  used = 0;
}
