/* Explains an access to an address that does not allow it: which one, what is
 * there, and what mistake usually leads there. A question mark ends what is
 * only a guess. */
#include <string.h>
#include <unistd.h>

#include "internal.h"

enum { BEFORE_NULL = 4096, NEAR_NULL = 65536, RED_ZONE = 512, LARGEST_FRAME = 1 << 30 };

static struct surroundings near_address, near_stack_pointer, main_stack;

void report_attempt(enum access access, uintptr_t address) {
  static const char *const verbs[] = {"access", "read from", "write to", "run code at"};
  report("%s tried to %s address 0x%lx", at_start.program_name, verbs[access], (unsigned long)address);
}

/* Four or more printable characters, and nothing else, where an address should be. */
bool report_if_text(uintptr_t address) {
  char bytes[sizeof address];
  size_t length = 0;
  memcpy(bytes, &address, sizeof bytes);
  while (length < sizeof bytes && bytes[length] >= ' ' && bytes[length] <= '~') length++;
  if (length < 4 || (length < sizeof bytes && address >> (8 * length) != 0)) return false;
  report(" The pointer holds the text \"");
  report_bytes(bytes, length);
  report("\": something wrote past the end of a string or array?");
  return true;
}

/* Has a large local array taken the stack pointer out of its stack, beyond the guard below it? */
static bool left_the_stack(const struct crash *crash, uintptr_t stack_pointer) {
  if (crash->process != crash->thread) return near_stack_pointer.above.writable;
  return stack_pointer < main_stack.at.start && main_stack.at.start - stack_pointer < LARGEST_FRAME;
}

/* A stack is full if its lower end is between the stack pointer and the address, not further
 * apart than a push or a red zone, or if the stack pointer is in no writable memory: it has left
 * the stack, or the access is beside it and there is a stack above. */
static bool stack_overflowed(const struct crash *crash, uintptr_t address, enum access access) {
  const struct region *stack = &near_stack_pointer.at, *above = &near_stack_pointer.above;
  uintptr_t stack_pointer = arch_sp(crash->context), distance = address - stack_pointer + RED_ZONE;
  if (access == ACCESS_EXECUTE) return false;
  if (stack->writable) return address < stack->start && stack_pointer - address <= RED_ZONE;
  if (access == ACCESS_READ && address == stack_pointer)
    return false; /* a return: the stack pointer was overwritten */
  bool below_one = above->writable && above->start - stack_pointer < LARGEST_FRAME;
  return (distance < 2 * RED_ZONE && below_one) ||
         (distance < LARGEST_FRAME && left_the_stack(crash, stack_pointer));
}

/* The main thread may run on a stack that the program has made, as coroutines do. */
static void report_stack(const struct crash *crash) {
  bool on_main = main_stack.at.end - arch_sp(crash->context) < LARGEST_FRAME;
  report("%s used up %s: recursion that never ends, or a very large local array?", at_start.program_name,
         crash->process != crash->thread ? "the stack of one of its threads"
         : on_main                       ? "the stack of its main thread"
                                         : "a stack that it has made, of a coroutine for example");
}

static bool near_null(uintptr_t address, enum subject subject) {
  if (address >= NEAR_NULL && -address >= BEFORE_NULL) return false;
  report(address == 0 ? ", which is NULL: " : ", which is not mapped. That is ");
  if (address == UINTPTR_MAX) {
    report("-1: an error result that was not checked?");
  } else if (address >= NEAR_NULL) {
    report_distance(-address);
    report(" before NULL: a NULL pointer with a negative index?");
  } else {
    if (address > 0) report_distance(address);
    if (address > 0) report(" past NULL: ");
    if (subject == SUBJECT_SCAN) report("a variable without its &, or ");
    if (subject == SUBJECT_TEXT && address > 0) report("a number where a pointer belongs, or ");
    report(address > 0 ? "a NULL pointer used as a struct or an array?"
                       : "a pointer that was never set, or a NULL result that was not checked?");
  }
  return true;
}

/* In malloc and free, the mistake was made earlier. */
void report_damaged_heap(void) {
  report(" malloc's own data is damaged, which happened earlier: a write past the end of a block, ");
  report("a double free, or a free of what malloc did not give? AddressSanitizer finds it.");
}

static void bad_data_access(uintptr_t address, enum access access, enum subject subject) {
  const struct region *at = &near_address.at;
  bool guarded = at->end && !at->readable && !at->writable && !at->executable;
  if (subject == SUBJECT_HEAP) {
    report(at->end ? ", which does not allow it." : ", which is not mapped.");
    report_damaged_heap();
    return;
  }
  if (near_null(address, subject)) return;
  if (guarded) {
    report(", in memory that may not be accessed, like a guard page.");
    if (!report_if_near(&near_address, false)) report(" Memory that was given back?");
  } else if (!at->end) {
    report(", which is not mapped.");
    if (report_if_near(&near_address, false) || report_if_text(address) || report_if_freed(address) ||
        report_if_near(&near_address, true))
      return;
    report(" A pointer that was never set, or memory that was given back?");
  } else if (access != ACCESS_READ && at->readable && !at->writable) {
    report_read_only(&near_address);
  } else {
    report(", which is mapped, but the kernel refused the access.");
  }
}

static bool came_by_return(const ucontext_t *context) {
  const struct region *stack = &near_stack_pointer.at;
  uintptr_t stack_pointer = arch_sp(context), word = sizeof stack_pointer;
  bool both_there = stack_pointer - stack->start >= word && stack->end - stack_pointer >= word;
  return stack->readable && both_there && arch_came_by_return(context, maps_is_code);
}

static void bad_jump(uintptr_t address, const ucontext_t *context) {
  bool mapped = near_address.at.end;
  if (address == 0) {
    report(": a call through a function pointer that is NULL?");
    return;
  }
  report(mapped ? ", which is not code but part of " : ", which is not mapped");
  if (mapped) report_region(&near_address.at);
  report(".");
  if (report_if_text(address)) return;
  report(came_by_return(context)
             ? " It got there by returning from a function: something wrote past the end of a local array?"
         : mapped
             ? " A function pointer that was overwritten, or never set?"
             : " A function pointer that was overwritten, or never set, or a library that was unloaded?");
}

void explain_access(const struct crash *crash, enum subject subject) {
  uintptr_t address = (uintptr_t)crash->info->si_addr;
  enum access access = arch_access(crash->info, crash->context);
  bool have_maps = maps_around(address, &near_address) &&
                   maps_around(arch_sp(crash->context), &near_stack_pointer) &&
                   maps_around((uintptr_t)at_start.on_stack, &main_stack);
  if (access == ACCESS_UNKNOWN && near_address.at.readable && !near_address.at.writable)
    access = ACCESS_WRITE;
  if (have_maps && stack_overflowed(crash, address, access)) {
    report_stack(crash);
    return;
  }
  report_attempt(access, address);
  if (access == ACCESS_EXECUTE && (have_maps || address == 0)) {
    bad_jump(address, crash->context);
  } else if (!have_maps) {
    if (!near_null(address, subject))
      report(crash->info->si_code == SEGV_MAPERR ? ", which is not mapped." : ", which does not allow it.");
  } else {
    bad_data_access(address, access, subject);
  }
}
