/* A person or a script wants to end this process (SIGINT, SIGTERM, SIGHUP): that is noted while a
 * program runs in a box, so that what the program has started goes first. Signals that
 * are ignored stay ignored.
 *
 *   interrupts_note();
 *   ... if (interrupts_came()) stop ...
 *   interrupts_deliver();   as it was before; what came ends this process now
 */
#ifndef INTERRUPTS_H
#define INTERRUPTS_H

#include <signal.h>
#include <stdbool.h>

void interrupts_note(void);
bool interrupts_came(void);
void interrupts_deliver(void);

/* In a child process: as before interrupts_note, and nothing has come. */
void interrupts_forget(void);

#endif
