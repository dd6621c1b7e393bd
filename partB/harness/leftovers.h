/* Processes that a program leaves behind: found, killed and counted, also when they
 * have made process groups or sessions of their own. */
#ifndef LEFTOVERS_H
#define LEFTOVERS_H

#include <sys/types.h>

/* From now on, processes whose parents end become children of this one. */
void adopt_orphans(void);

/* Kills every child of this process but the program, which may have ended but was
 * not waited for yet. All of them are left over if this process makes no others;
 * each one that is killed may hand over its own. Returns how many were alive. */
int kill_other_children(pid_t program);

#endif
