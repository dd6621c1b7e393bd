/* Keeps a whole grading short, however many checks of it hang: after two of them
 * the others get half a second of processor time each, and when all of the time is used,
 * none is started. Clocks on the wall do not matter. */
#ifndef PACE_H
#define PACE_H

#include <stdbool.h>

#include "box.h"

/* Seconds of processor time for all checks together, on the reference machine. */
void pace_start(double seconds);

/* The time limit for the next check that would like so many seconds; 0: too late. */
double pace_limit(double seconds);

/* Tells how a check went. */
void pace_note(const struct box_result *result);

/* Did the last check get less time than it would like? One that was stopped then
 * may be slow without being wrong. */
bool pace_was_hasty(void);

#endif
