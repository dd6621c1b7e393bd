/* What many scenarios share. */
#include "scenarios.h"

bool quick;

struct block original;

void prepare_original(const struct racer *racer) {
  if (!racer->method->alloc(&original, racer->chunks)) drop_out("no original");
  touch(&original);
}

void rewrite_original(const struct racer *racer) {
  racer->method->renew(&original);
  touch(&original);
}

struct block need_copy(const struct racer *racer, struct block source) {
  struct block copy;
  if (!racer->method->copy(&source, &copy)) drop_out("no copy");
  return copy;
}

double time_write(char *address) {
  double start = now_us();
  *(volatile char *)address = 1;
  return now_us() - start;
}
