/* A scenario that calls everything, whatever the kernel refuses to it, and a model of
 * what it should see. The library is the build that can check itself (check.h). */
#ifndef SCENARIO_H
#define SCENARIO_H

#include <stddef.h>

/* Each call works, or says ENOMEM. Returns how many chunks were copied lazily. */
size_t run_scenario(void);

/* Writes to every chunk there is. */
void mark_all_blocks(void);

void check_all_blocks(void);

/* When the kernel is willing again, everything is right, and works. */
void check_recovered(void);

#endif
