/* What the random program of the model may do: calls of every function on chunks
 * of the world, and writes; each checks what it returns, also when the kernel refuses. */
#ifndef ACTS_H
#define ACTS_H

#include <stddef.h>
#include <stdint.h>

extern uint64_t dice; /* what all chance comes from */

extern struct moment {
  int generation; /* how many forks away from the test */
  int may_move;   /* may what is writable have lost its place or its rights in this step? */
  int is_refused; /* does the kernel refuse some calls in this step? */
  long step;
  const char *name; /* of the act */
} moment;

size_t below(size_t bound);

/* Like CHECK, and says how to get here again. */
#define AGREE(condition) ((condition) ? (void)0 : disagree(__FILE__, __LINE__, #condition))
_Noreturn void disagree(const char *file, int line, const char *condition);

struct act {
  const char *name;
  void (*run)(void);
  unsigned share;    /* of a thousand */
  long most_refused; /* calls in a row, without the end of a program that writes */
};
extern const struct act acts[];

/* Also part of acts[]. */
void release(void);

/* Those that need the program as a whole, in test_model.c. */
void run_threads(void);
void fork_and_go_on(void);

#endif
