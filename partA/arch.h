/* The only file that knows processors: what a ucontext tells about the faulting
 * instruction. A new processor needs ARCH_PC, ARCH_SP and, if calls leave their
 * return address in a register, ARCH_LINK; without them the report leaves out
 * what it cannot know. */
#ifndef ARCH_H
#define ARCH_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

enum access { ACCESS_UNKNOWN, ACCESS_READ, ACCESS_WRITE, ACCESS_EXECUTE };

#define GREG(context, number) ((uintptr_t)(context)->uc_mcontext.gregs[number])

#if defined(__x86_64__)
#define ARCH_PC(context) (context)->uc_mcontext.gregs[REG_RIP]
#define ARCH_SP(context) (context)->uc_mcontext.gregs[REG_RSP]
#elif defined(__i386__)
#define ARCH_PC(context) (context)->uc_mcontext.gregs[REG_EIP]
#define ARCH_SP(context) (context)->uc_mcontext.gregs[REG_ESP]
#elif defined(__aarch64__)
#define ARCH_PC(context) (context)->uc_mcontext.pc
#define ARCH_SP(context) (context)->uc_mcontext.sp
#define ARCH_LINK(context) (context)->uc_mcontext.regs[30]
#elif defined(__riscv)
#define ARCH_PC(context) (context)->uc_mcontext.__gregs[REG_PC]
#define ARCH_SP(context) (context)->uc_mcontext.__gregs[REG_SP]
#define ARCH_LINK(context) (context)->uc_mcontext.__gregs[REG_RA]
#else /* a processor that this file does not know: always 0 */
static uintptr_t arch_unknown;
#define ARCH_PC(context) *((void)(context), &arch_unknown)
#define ARCH_SP(context) *((void)(context), &arch_unknown)
#define ARCH_LINK(context) *((void)(context), &arch_unknown)
#endif

/* The address of the instruction that faulted, and the stack pointer; 0 if not known. */
static inline uintptr_t arch_pc(const ucontext_t *context) {
  return (uintptr_t)ARCH_PC(context);
}

static inline uintptr_t arch_sp(const ucontext_t *context) {
  return (uintptr_t)ARCH_SP(context);
}

/* Can this be a context? The code segment of user programs has this number; valgrind leaves it out. */
static inline bool arch_is_context(const ucontext_t *context) {
#if defined(__x86_64__)
  unsigned segment = GREG(context, REG_CSGSFS) & 0xffff;
  return segment == 0x33 || (segment == 0 && GREG(context, REG_RIP) != 0 && GREG(context, REG_RSP) != 0);
#else
  return context;
#endif
}

/* Was there a general protection or stack fault, which come without an address? */
static inline bool arch_is_refused(const ucontext_t *context) {
#if defined(__x86_64__) || defined(__i386__)
  enum { STACK_FAULT = 12, GENERAL_PROTECTION = 13 };
  return GREG(context, REG_TRAPNO) == STACK_FAULT || GREG(context, REG_TRAPNO) == GENERAL_PROTECTION;
#else
  return !context;
#endif
}

/* For functions that may be called with a stack pointer that is not aligned. */
#if defined(__x86_64__) || defined(__i386__)
#define ARCH_ALIGN_STACK __attribute__((force_align_arg_pointer))
#else
#define ARCH_ALIGN_STACK
#endif

/* Programs that hunt unaligned accesses have x86 processors refuse them; ours are fine. */
static inline void arch_allow_unaligned(void) {
#if defined(__x86_64__)
  __builtin_ia32_writeeflags_u64(__builtin_ia32_readeflags_u64() & ~0x40000ull);
#elif defined(__i386__)
  __builtin_ia32_writeeflags_u32(__builtin_ia32_readeflags_u32() & ~0x40000u);
#endif
}

/* A thread that writes past the end of its stack comes to what the C library knows of it. Zeros in place of
 * where that is are put right. */
static inline void arch_mend_thread(void) {
#if defined(__x86_64__)
  enum { GET_BASE = 0x1003 };
  uintptr_t *base;
  __asm__("mov %%fs:0, %0" : "=r"(base));
  if (!base && syscall(SYS_arch_prctl, GET_BASE, &base) == 0) base[0] = base[2] = (uintptr_t)base;
#endif
}

/* Does a call instruction end at this address? */
static inline bool arch_follows_call(uintptr_t address) {
  const unsigned char *after = (const unsigned char *)address;
  if (after[-5] == 0xe8) return true;
  for (int length = 2; length <= 7; length++) {
    if (after[-length] == 0xff && (after[1 - length] & 0x38) == 0x10) return true;
  }
  return false;
}

/* The slot from which the call before a return address took its target, by itself or by way of the
 * linker's stub, which is code of the same file; 0 if not known. */
static inline uintptr_t arch_call_slot(uintptr_t after, uintptr_t start, uintptr_t end) {
#ifdef __x86_64__
  const unsigned char *code = (const unsigned char *)after - 6;
  int32_t distance;
  if (code[1] == 0xe8) {
    memcpy(&distance, code + 2, sizeof distance);
    uintptr_t target = after + (uintptr_t)distance;
    if (target < start || target + 16 > end) return 0;
    code = (const unsigned char *)target;
    if (memcmp(code, "\xf3\x0f\x1e\xfa", 4) == 0) code += 4; /* endbr64, for indirect jumps */
    if (*code == 0xf2) code++;
  }
  if (code[0] != 0xff || (code[1] != 0x25 && code[1] != 0x15)) return 0;
  memcpy(&distance, code + 2, sizeof distance);
  return (uintptr_t)code + 6 + (uintptr_t)distance;
#else
  return after && start && end ? 0 : 0;
#endif
}

static inline uintptr_t arch_word(uintptr_t at) {
  uintptr_t word;
  memcpy(&word, (void *)at, sizeof word); /* it need not be aligned */
  return word;
}

/* Changes the context to that of the call instruction before the return address, so that unwinding
 * starts at the caller. The address is in a register, or it is the first on the stack, up to its
 * end, that a call may return to; what the stack pointer points to if there is none. */
static inline void arch_step_back_to_caller(ucontext_t *context, uintptr_t end, bool (*is_code)(uintptr_t)) {
#if defined(ARCH_LINK)
  (void)end;
  (void)is_code;
  ARCH_PC(context) = ARCH_LINK(context) - 1;
#else
  enum { SEARCHED = 64 * sizeof(uintptr_t) };
  uintptr_t first = arch_sp(context), at = first, last = end - first < SEARCHED ? end : first + SEARCHED;
  while (at + sizeof at <= last && !(is_code(arch_word(at)) && arch_follows_call(arch_word(at))))
    at += sizeof at;
  if (at + sizeof at > last) at = first;
  ARCH_PC(context) = (greg_t)(arch_word(at) - 1);
  ARCH_SP(context) = (greg_t)(at + sizeof at);
#endif
}

/* Did a return instruction jump to where the program counter is now? A return
 * leaves its target just below the stack pointer, or in the link register; a
 * call leaves the address of the caller in that register or, see above, at the
 * stack pointer. Both words of the stack must be readable. */
static inline bool arch_came_by_return(const ucontext_t *context, bool (*is_code)(uintptr_t address)) {
#if defined(ARCH_LINK)
  (void)is_code;
  return (uintptr_t)ARCH_LINK(context) == arch_pc(context);
#else
  uintptr_t pushed = arch_word(arch_sp(context)), popped = arch_word(arch_sp(context) - sizeof pushed);
  return popped == arch_pc(context) && !(is_code(pushed) && arch_follows_call(pushed));
#endif
}

#ifdef __aarch64__
/* The exception syndrome, from the records behind the registers; 0 if there is none (qemu gives none). */
static inline uint64_t arch_syndrome(const ucontext_t *context) {
  const struct esr_context *record = (const void *)context->uc_mcontext.__reserved;
  while (record->head.size != 0 && record->head.magic != ESR_MAGIC)
    record = (const void *)((const char *)record + record->head.size);
  return record->head.size != 0 ? record->esr : 0;
}
#endif

/* What the instruction tried. Where the processor does not say, only jumps are known. */
static inline enum access arch_access(const siginfo_t *info, const ucontext_t *context) {
  bool at_itself = (uintptr_t)info->si_addr == arch_pc(context);
#if defined(__x86_64__) || defined(__i386__)
  enum { PAGE_FAULT = 14, WRITE_BIT = 2, FETCH_BIT = 16 };
  bool page_fault = GREG(context, REG_TRAPNO) == PAGE_FAULT;
  if (page_fault && GREG(context, REG_ERR) & WRITE_BIT) return ACCESS_WRITE; /* code may write to itself */
  if (at_itself || (page_fault && GREG(context, REG_ERR) & FETCH_BIT)) return ACCESS_EXECUTE;
  return page_fault ? ACCESS_READ : ACCESS_UNKNOWN;
#elif defined(__aarch64__)
  enum { INSTRUCTION_ABORT = 0x20, DATA_ABORT = 0x24, WRITE_BIT = 1 << 6 };
  uint64_t syndrome = arch_syndrome(context), class = syndrome >> 26 & 0x3f;
  if (at_itself || class == INSTRUCTION_ABORT) return ACCESS_EXECUTE;
  if (class != DATA_ABORT) return ACCESS_UNKNOWN;
  return syndrome & WRITE_BIT ? ACCESS_WRITE : ACCESS_READ;
#else
  return at_itself ? ACCESS_EXECUTE : ACCESS_UNKNOWN;
#endif
}

#ifdef __x86_64__
#include "arch_x86_64.h"
#else
/* Elsewhere the kernel always gives the address itself. */
#define arch_wild_pointer(context, code, value) NULL
#define arch_is_vector(code) false

static inline const char *arch_register(const ucontext_t *context, unsigned i, uintptr_t *value) {
  *value = i == 0 ? arch_pc(context) : arch_sp(context);
  return i == 0 ? "pc" : i == 1 ? "sp" : NULL;
}
#endif

#endif
