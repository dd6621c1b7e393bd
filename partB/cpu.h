/* What a fault was, as the processor tells it: the only file that knows
 * processors. Async-signal-safe. */
#ifndef LAZYCOPY_CPU_H
#define LAZYCOPY_CPU_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <ucontext.h>

enum access { FETCH, READ, WRITE, UNKNOWN };

/* x86 says whether it was a write. A jump to the faulting address was a fetch: no
 * instruction is longer than 15 bytes; the last one of a page may go on in the next. */
static inline enum access access_of(const siginfo_t *info, const void *context) {
  const mcontext_t *machine = &((const ucontext_t *)context)->uc_mcontext;
  enum access access = UNKNOWN;
#if defined(__x86_64__) || defined(__i386__)
  enum { WRITE_BIT = 1 << 1 };
  access = machine->gregs[REG_ERR] & WRITE_BIT ? WRITE : READ;
#endif
#if defined(__x86_64__)
  uintptr_t instruction = (uintptr_t)machine->gregs[REG_RIP];
#elif defined(__i386__)
  uintptr_t instruction = (uintptr_t)machine->gregs[REG_EIP];
#elif defined(__aarch64__)
  uintptr_t instruction = machine->pc;
#elif defined(__riscv)
  uintptr_t instruction = machine->__gregs[REG_PC];
#else
  (void)machine;
  uintptr_t instruction = 0; /* not known: no jump is recognised */
#endif
  return access != WRITE && (uintptr_t)info->si_addr - instruction < 16 ? FETCH : access;
}

#endif
