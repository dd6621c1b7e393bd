/* What a fault was, as the processor tells it: the only file that knows
 * processors. Async-signal-safe. */
#ifndef LAZYCOPY_CPU_H
#define LAZYCOPY_CPU_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <ucontext.h>

enum { X86_WRITE = 1 << 1, X86_INSTRUCTION = 1 << 4 };

/* Can the fault have been a write? Where the processor does not say, any access
 * but an instruction fetch at the faulting address counts. */
static inline bool may_be_write(const siginfo_t *info, const void *context) {
  const ucontext_t *state = context;
#if defined(__x86_64__) || defined(__i386__)
  (void)info;
  return (state->uc_mcontext.gregs[REG_ERR] & (X86_WRITE | X86_INSTRUCTION)) == X86_WRITE;
#elif defined(__aarch64__)
  return (uintptr_t)info->si_addr != state->uc_mcontext.pc;
#elif defined(__riscv)
  return (uintptr_t)info->si_addr != state->uc_mcontext.__gregs[REG_PC];
#else
  (void)state;
  return true;
#endif
}

#endif
