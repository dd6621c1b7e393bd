/* The lab's plain answer: what the handout asks for, step by step, and no more.
 *
 * SPOILER. Students should read this first, before the library: it is the same
 * idea in one page. Teachers should hold it back until the lab is over.
 *
 * It is the benchmark's baseline "handout", compiled under other names, and a
 * drop-in lazycopy.c with the lab's five names:
 *
 *   make grade LAZYCOPY=partB/handout/handout.c
 *
 * What it leaves for the reader to find, and the library to solve: a fault
 * walks a list of all chunks; the last sharer copies too; while a chunk is split,
 * another thread reads zeros; every chunk is a kernel mapping of its own, and
 * there can be some 65,000 of those; a jump into a chunk faults for ever. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* mremap */
#endif
#include "lazycopy.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

struct chunk {
  char *start;
  struct chunk *next;
};

static struct chunk *chunks; /* every chunk there is, the newest first */

static bool register_chunk(char *start) {
  struct chunk *chunk = malloc(sizeof *chunk);
  if (!chunk) return false;
  chunk->start = start;
  chunk->next = chunks;
  chunks = chunk;
  return true;
}

/* With numbers, as C has no order for pointers into different objects: a distance that would be
 * negative is very large. Async-signal-safe. */
static struct chunk *find_chunk(const void *address) {
  struct chunk *chunk = chunks;
  while (chunk && (uintptr_t)address - (uintptr_t)chunk->start >= CHUNKSIZE) chunk = chunk->next;
  return chunk;
}

/* Gives the chunk memory of its own: saves the contents, maps new memory in
 * place of the shared memory, and puts the contents back. Async-signal-safe. */
static void split(char *start) {
  static char contents[CHUNKSIZE];
  memcpy(contents, start, CHUNKSIZE);
  void *fresh = mmap(start, CHUNKSIZE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
  if (fresh == MAP_FAILED) abort();
  memcpy(start, contents, CHUNKSIZE);
}

/* A write to a chunk that is shared. Any other fault gets the default action:
 * it happens again on return, and ends the program. Async-signal-safe. */
static void handle_fault(int signal_number, siginfo_t *info, void *context) {
  (void)context;
  int saved_errno = errno;
  struct chunk *chunk = find_chunk(info->si_addr);
  if (chunk) {
    split(chunk->start);
  } else {
    signal(signal_number, SIG_DFL);
  }
  errno = saved_errno;
}

void chunk_startup(void) {
  struct sigaction action = {.sa_sigaction = handle_fault, .sa_flags = SA_SIGINFO};
  sigemptyset(&action.sa_mask);
  sigaction(SIGSEGV, &action, NULL);
}

void *chunk_alloc(void) {
  char *chunk = mmap(NULL, CHUNKSIZE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (chunk == MAP_FAILED) return NULL;
  return register_chunk(chunk) ? chunk : NULL;
}

void *chunk_copy_eager(void *chunk) {
  void *copy = chunk_alloc();
  return copy ? memcpy(copy, chunk, CHUNKSIZE) : NULL;
}

void *chunk_copy_lazy(void *chunk) {
  char *copy = mremap(chunk, 0, CHUNKSIZE, MREMAP_MAYMOVE);
  if (copy == MAP_FAILED || !register_chunk(copy)) return NULL;
  if (mprotect(chunk, CHUNKSIZE, PROT_READ) != 0) return NULL;
  if (mprotect(copy, CHUNKSIZE, PROT_READ) != 0) return NULL;
  return copy;
}
