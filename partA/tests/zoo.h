/* The zoo: programs that crash in every way there is, run by kinds.c, processes.c
 * and moments.c as `zoo NAME`. Each animal is one function. CRASH(statement) first
 * says on standard error in which line the statement is, so that the tests can
 * compare it with the line that the report names. */
#ifndef ZOO_H
#define ZOO_H

#include <stdio.h>

struct animal {
  const char *name;
  void (*crash)(void);
};

#define ANIMAL(name) \
  { #name, name }

extern const struct animal kinds[];     /* zoo_kinds.c: what goes wrong; ends with a null name */
extern const struct animal places[];    /* zoo_places.c: where it goes wrong; likewise */
extern const struct animal processes[]; /* zoo_process.c: in what kind of process; likewise */
extern const struct animal moments[];   /* zoo_moments.c: at what moment; likewise */

#define CRASH(statement)                        \
  do {                                          \
    dprintf(2, "crash in line %d\n", __LINE__); \
    statement;                                  \
  } while (0)

/* The plain crash that most animals end in: a write to address 0x55. */
void crash(void);

/* Opens files until there can be no more. */
void use_up_descriptors(void);

/* Stops the compiler from knowing a pointer's value. */
void *opaque(void *pointer);
void *at(unsigned long long address);

#endif
