#include "pace.h"

#include "../bench/measure.h"

static const double HASTY_SECONDS = 0.5;
static const int PATIENCE = 2; /* checks that may hang before there is haste */

static double deadline_us;
static int hung;
static bool hasty; /* did the last check get less time than it would like? */

void pace_start(double seconds) {
  deadline_us = now_us() + 1e6 * seconds;
}

double pace_limit(double seconds) {
  double left = (deadline_us - now_us()) / 1e6;
  double given = hung >= PATIENCE ? HASTY_SECONDS : seconds;
  if (given > left) given = left;
  hasty = given < seconds;
  return left < HASTY_SECONDS ? 0 : given;
}

void pace_note(const struct box_result *result) {
  hung += result->ending == STOPPED_FOR_TIME;
}

bool pace_was_hasty(void) {
  return hasty;
}
