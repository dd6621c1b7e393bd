/* A fault makes the chunk writable, and the two sides stay linked. */
#include "hooks.h"
#define mmap(start, size, ...) \
  ((start) ? (mprotect(start, size, PROT_READ | PROT_WRITE), start) : mmap(start, size, __VA_ARGS__))
#include "../../handout/handout.c"
