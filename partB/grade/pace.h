/* Keeps a whole grading short, however many checks of it hang: after two of them
 * the others get half a second of processor time each, and when all of the time is used,
 * none is started. Clocks on the wall do not matter. */
#ifndef PACE_H
#define PACE_H

#include <stdbool.h>

#include "../harness/box.h"

/* Seconds of processor time for all checks together, on the reference machine. */
void pace_start(double seconds);

/* Runs a check that would like so many seconds of processor time. What was found asleep, or
 * starving, gets a second chance; in haste what used all of its time gets one with twice as much, if it is
 * graded: no points stay open because of a loop. Returns false if there was no time left, or if the machine
 * was too busy both times: then nothing is known, and pace_reason says why. */
bool pace_run(struct box *box, double seconds, bool graded, struct box_result *result);
const char *pace_reason(void);

/* How many processes all of them together have left behind. */
int pace_left_behind(void);

/* Did the last check get less time than it would like, and no second chance? One that was stopped then
 * may be slow without being wrong. */
bool pace_was_hasty(void);

#endif
