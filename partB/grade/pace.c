#include "pace.h"

#include "../bench/measure.h"

static const double HASTY_SECONDS = 0.5;
static const int PATIENCE = 2; /* checks that may hang before there is haste */

static double deadline_us;
static int hung;

void pace_start(double seconds) {
  deadline_us = now_us() + 1e6 * seconds;
  hung = 0;
}

double pace_limit(double seconds) {
  double left = (deadline_us - now_us()) / 1e6;
  if (left < HASTY_SECONDS) return 0;
  if (pace_is_hasty()) seconds = HASTY_SECONDS;
  return seconds < left ? seconds : left;
}

void pace_note(const struct box_result *result) {
  hung += result->ending == STOPPED_FOR_TIME;
}

bool pace_is_hasty(void) {
  return hung >= PATIENCE;
}
