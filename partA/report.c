/* The text of the report: gathered in a buffer, sent line by line to standard
 * error, given up at the deadline. Everything here is async-signal-safe. */
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "internal.h"

static char buffer[PIPE_BUF];
static size_t used;
static struct timespec deadline;
static bool in_color;

static const char highlight[] = "\033[1m", plain[] = "\033[0m";

void report_begin(int milliseconds) {
  used = 0;
  in_color = options.color_always || (options.color_auto && isatty(STDERR_FILENO));
  clock_gettime(CLOCK_MONOTONIC, &deadline);
  deadline.tv_sec += milliseconds / 1000;
  deadline.tv_nsec += milliseconds % 1000 * 1000000L;
}

int milliseconds_left(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  long left = (long)(deadline.tv_sec - now.tv_sec) * 1000 + (deadline.tv_nsec - now.tv_nsec) / 1000000;
  return left > 0 ? (int)left : 0;
}

/* Text may come from file names: control characters must not reach the terminal. */
void report_bytes(const char *bytes, size_t length) {
  for (; length > 0 && used < sizeof buffer; bytes++, length--) {
    unsigned char byte = (unsigned char)*bytes;
    buffer[used++] = byte < ' ' || byte == 127 ? '?' : *bytes;
  }
}

void report_text(const char *text) {
  report_bytes(text, strlen(text));
}

static void report_digits(uintptr_t number, unsigned base) {
  char digits[24];
  size_t at = sizeof digits;
  do {
    digits[--at] = "0123456789abcdef"[number % base];
    number /= base;
  } while (number > 0);
  report_bytes(digits + at, sizeof digits - at);
}

void report_decimal(unsigned long number) {
  report_digits(number, 10);
}

void report_count(unsigned long count, const char *unit) {
  report_decimal(count);
  report_text(unit);
  if (count != 1) report_text("s");
}

void report_hex(uintptr_t number) {
  report_text("0x");
  report_digits(number, 16);
}

static void report_escape(const char *sequence) {
  size_t length = strlen(sequence);
  if (!in_color || used + length > sizeof buffer) return;
  memcpy(buffer + used, sequence, length);
  used += length;
}

void report_label(const char *label) {
  report_escape(highlight);
  report_text(label);
  report_escape(plain);
}

/* Ends the line and writes it. A line is at most PIPE_BUF bytes, which a pipe
 * that polls as writable takes without blocking. Standard error is never made
 * non-blocking: others may share it. */
void report_send(void) {
  if (used == sizeof buffer) used--;
  buffer[used++] = '\n';
  size_t sent = 0;
  while (at_start.standard_error_open && sent < used) {
    struct pollfd ready = {.fd = STDERR_FILENO, .events = POLLOUT};
    int left = milliseconds_left();
    if (left == 0 || poll(&ready, 1, left) <= 0) break;
    ssize_t written = write(STDERR_FILENO, buffer + sent, used - sent);
    if (written < 0 && errno != EINTR && errno != EAGAIN) break;
    if (written > 0) sent += (size_t)written;
  }
  used = 0;
}
