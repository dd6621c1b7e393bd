#include "pace.h"

#include "effort.h"

static const double HASTY_SECONDS = 0.5;
static const int PATIENCE = 2; /* checks that may hang before there is haste */

static double left; /* seconds on the reference machine */
static int hung;
static bool hasty; /* did the last check get less time than it would like? */

void pace_start(double seconds) {
  left = seconds;
}

double pace_limit(double seconds) {
  double given = hung >= PATIENCE ? HASTY_SECONDS : seconds;
  if (given > left) given = left;
  hasty = given < seconds;
  return left < HASTY_SECONDS ? 0 : given;
}

void pace_note(const struct box_result *result) {
  hung += result->ending == STOPPED_FOR_TIME || result->ending == STOPPED_ASLEEP;
  left -= result->seconds / effort_slowness();
}

bool pace_was_hasty(void) {
  return hasty;
}
