/* What a fault was, as the processor tells it: the only file that knows
 * processors. Async-signal-safe. */
#ifndef LAZYCOPY_CPU_H
#define LAZYCOPY_CPU_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <ucontext.h>

#if defined(__x86_64__)
enum { X86_POINTER = REG_RIP, X86_INSTRUCTION = 1 << 4 };
#elif defined(__i386__)
enum { X86_POINTER = REG_EIP, X86_INSTRUCTION = 1 << 4 };
#endif

/* Was it a jump to the faulting address? Not all that emulates an x86 says so. */
static inline bool is_instruction_fetch(const siginfo_t *info, const void *context) {
  const ucontext_t *state = context;
#if defined(__x86_64__) || defined(__i386__)
  return state->uc_mcontext.gregs[REG_ERR] & X86_INSTRUCTION ||
         (uintptr_t)info->si_addr == (uintptr_t)state->uc_mcontext.gregs[X86_POINTER];
#elif defined(__aarch64__)
  return (uintptr_t)info->si_addr == state->uc_mcontext.pc;
#elif defined(__riscv)
  return (uintptr_t)info->si_addr == state->uc_mcontext.__gregs[REG_PC];
#else
  (void)info, (void)state;
  return false;
#endif
}

#endif
