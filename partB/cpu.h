/* What a fault was, as the processor tells it: the only file that knows
 * processors. Async-signal-safe. */
#ifndef LAZYCOPY_CPU_H
#define LAZYCOPY_CPU_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <ucontext.h>

enum { X86_WRITE = 1 << 1, X86_INSTRUCTION = 1 << 4 };

#if defined(__x86_64__)
enum { X86_POINTER = REG_RIP };
#elif defined(__i386__)
enum { X86_POINTER = REG_EIP };
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

#if defined(__aarch64__)
enum { ARM_SYNDROME = 0x45535201, ARM_WRITE = 1 << 6 };

/* The syndrome register, from the records behind the others; that of a write if it
 * is not there, as in qemu's user emulation. */
static inline uint64_t arm_syndrome(const ucontext_t *state) {
  const char *record = (const char *)state->uc_mcontext.__reserved;
  struct {
    uint32_t magic, size;
    uint64_t syndrome;
  } header;
  for (size_t at = 0; at + sizeof header <= sizeof state->uc_mcontext.__reserved; at += header.size) {
    memcpy(&header, record + at, sizeof header);
    if (header.magic == ARM_SYNDROME) return header.syndrome;
    if (header.size == 0) break;
  }
  return ARM_WRITE;
}
#endif

/* Can it have been a write? Where the processor does not say, it can. */
static inline bool may_be_write(const void *context) {
#if defined(__x86_64__) || defined(__i386__)
  return ((const ucontext_t *)context)->uc_mcontext.gregs[REG_ERR] & X86_WRITE;
#elif defined(__aarch64__)
  return arm_syndrome(context) & ARM_WRITE;
#else
  (void)context;
  return true;
#endif
}

#endif
