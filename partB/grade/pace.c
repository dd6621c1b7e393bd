#include "pace.h"

#include <stddef.h>

#include "../harness/effort.h"

static const double HASTY_SECONDS = 0.5;
static const double PATIENCE = 5, HASTY_PATIENCE = 1; /* seconds that a check may sleep */
static const int MOST_HUNG = 2;                       /* checks that may hang before there is haste */

static double left; /* seconds on the reference machine */
static int hung, left_behind;
static bool hasty; /* did the last check get less time than it would like? */
static const char *reason;

void pace_start(double seconds) {
  left = seconds;
}

static void run_and_note(const struct box *box, struct box_result *result) {
  box_run(box, result);
  left -= result->seconds / effort_slowness().work;
  left_behind += result->left_behind;
}

/* What the machine could not do says nothing of the check. */
static bool nothing_known(const struct box_result *result) {
  return result->ending == STOPPED_STARVING || result->ending == NOT_STARTED;
}

bool pace_run(struct box *box, double seconds, bool graded, struct box_result *result) {
  bool in_haste = hung >= MOST_HUNG;
  box->seconds = in_haste ? HASTY_SECONDS : seconds;
  box->patience = in_haste ? HASTY_PATIENCE : PATIENCE;
  if (box->seconds > left) box->seconds = left;
  hasty = box->seconds < seconds;
  reason = "the time for all checks was over";
  if (left < HASTY_SECONDS) return false;
  run_and_note(box, result);
  bool again = nothing_known(result) || (result->ending == STOPPED_ASLEEP && !in_haste);
  if (result->ending == STOPPED_FOR_TIME && hasty && graded && left >= 2 * HASTY_SECONDS) {
    again = true;
    hasty = false;
    box->seconds *= 2;
  }
  if (again) run_and_note(box, result);
  hung += result->ending == STOPPED_FOR_TIME || result->ending == STOPPED_ASLEEP;
  reason = result->ending == NOT_STARTED
               ? "no process could be started for it, twice"
               : "the machine was so busy that the check got too little of it, twice";
  return !nothing_known(result);
}

const char *pace_reason(void) {
  return reason;
}

int pace_left_behind(void) {
  return left_behind;
}

bool pace_was_hasty(void) {
  return hasty;
}
