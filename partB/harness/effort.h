/* How much has a process done, with all that it has started? Limits are limits on
 * processor time: on a slow or busy machine a clock on the wall tells nothing. */
#ifndef EFFORT_H
#define EFFORT_H

/* How many times slower than the machine that limits were written for: at least 1. Seen
 * in what it takes to start a process and to touch some memory, once for all
 * processes that inherit MACHINE_SLOWNESS; times SLOW, if that is set. */
struct slowness {
  double work; /* in processor time: the machine itself */
  double wall; /* until it was done: with all that goes on besides */
};
struct slowness effort_slowness(void);

/* The same as measured, without SLOW. */
struct slowness effort_measured_slowness(void);

/* Seconds of processor time that this process has used, as the reference machine would count them. */
double effort_of_this_process(void);

/* Watches all descendants of this process, which has adopted their orphans (see leftovers.h).
 * All times are in seconds. */
struct effort {
  double limit;          /* of processor time */
  double patience;       /* on the wall, without any processor time */
  double longest;        /* on the wall, however little processor time it was given */
  double used;           /* processor time so far */
  double seen, awake_at; /* of these: when it last was seen to use any, and when that was */
  double ready_at;       /* when one of them last was running, or ready to */
  double began_at;
};

/* Limit and patience are those on the reference machine. */
struct effort effort_begin(double limit, double patience);

/* Has it used more than its limit? Or has it slept, all of it, for as long as our patience
 * lasts, or a few times as long but for moments, asking again and again? Then it waits for what never comes.
 * Or was it given so little of the processors that we cannot wait for more? Then nothing is known of it. */
enum effort_verdict { GOES_ON, HAS_SPENT_ALL, HANGS, STARVES };
enum effort_verdict effort_look(struct effort *effort);

#endif
