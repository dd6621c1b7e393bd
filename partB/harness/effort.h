/* How much has a process done, with all that it has started? Limits are limits on
 * processor time: on a slow or busy machine a clock on the wall tells nothing. */
#ifndef EFFORT_H
#define EFFORT_H

#include <stdbool.h>
#include <sys/types.h>

/* How many times slower than the machine that limits were written for: at least 1. Seen
 * in what it takes to start a process and to touch some memory, once for all
 * processes that inherit MACHINE_SLOWNESS; times SLOW, if that is set. */
double effort_slowness(void);

/* The same as measured, without SLOW. */
double effort_measured_slowness(void);

/* Watches the session of a process that has called setsid. */
struct effort {
  pid_t leader;
  double limit;          /* seconds of processor time */
  double patience;       /* seconds on the wall without any */
  double used;           /* seconds of processor time so far */
  double seen, awake_at; /* of these: when it last was seen to use any, and when that was */
};

struct effort effort_begin(pid_t leader, double limit, double patience);

/* Has it used more than its limit? Or has it slept, all of it, for as long as our
 * patience lasts? Then it waits for what never comes. Looks a few times a second only. */
enum effort_verdict { GOES_ON, HAS_SPENT_ALL, HANGS };
enum effort_verdict effort_look(struct effort *effort);

#endif
