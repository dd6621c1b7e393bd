/* Processes that a program leaves behind: found, killed and counted, also when they
 * have made process groups or sessions of their own, and when they go on making more. */
#ifndef LEFTOVERS_H
#define LEFTOVERS_H

#include <sys/types.h>

/* From now on, processes whose parents end become children of this one. */
void adopt_orphans(void);

/* Kills every descendant of this process, the program among them, which it leaves to be waited for. All of
 * them are left over if this process makes no others. First all are stopped, until no new
 * one comes: one that runs could start two while one is killed. Returns how many were alive, without
 * the program. What this process must not kill (it has become another user) stays. */
int kill_descendants(pid_t program);

#endif
