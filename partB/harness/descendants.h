/* All processes that come from this one, found in /proc: its children, theirs, and so on. Whoever
 * has lost its parent counts if this process adopts orphans (see leftovers.h).
 *
 *   struct descendants all = descendants_now(0);
 *   for (size_t i = 0; i < all.count; i++) ... all.processes[i]
 *   descendants_forget(&all);
 *
 * One that moves in the tree meanwhile, because its parent ends, may be missed. */
#ifndef DESCENDANTS_H
#define DESCENDANTS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* Parents stand before their children. Those that have ended and were not waited for are among them. Each is
 * sent a signal, if that is not 0, before its children are looked for: what is stopped makes no others. */
struct descendants {
  pid_t *processes;
  size_t count, room;
};
struct descendants descendants_now(int signal_number);
void descendants_forget(struct descendants *all);

/* Are there more? If that need not be sure, they are counted only if the whole system has half as many
 * more processes than when they were last, which is quick to ask: the kernel says it in 16 bits. */
bool descendants_are_more_than(size_t most, bool surely);

/* What /proc says of a process: its state as a letter, and the clock ticks of processor time that it and
 * the children that it has waited for have used. False if there is none. */
struct process_state {
  char letter;
  double ticks;
};
bool process_look(pid_t process, struct process_state *state);

#endif
