/* For the mutants, small wrong implementations that the grader must see through:
 * each takes the lab's plain answer, partB/handout/handout.c, and changes one thing
 * by renaming what it replaces. The headers come first, so that only the plain
 * answer's own code is changed. */
#ifndef HOOKS_H
#define HOOKS_H

#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#endif
