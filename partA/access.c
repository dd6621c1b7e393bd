/* Explains an access to an address that does not allow it: which one, what is
 * there, and what mistake usually leads there. A question mark ends what is
 * only a guess. Async-signal-safe. */
#include <link.h>
#include <string.h>
#include <unistd.h>

#include "internal.h"

enum { JUST_BESIDE = 4096, NEAR_NULL = 65536, RED_ZONE = 512, LARGEST_FRAME = 1 << 30 };

static struct surroundings near_address, near_stack_pointer;

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

/* A library's name has ".so" at its end or before numbers, or before " (deleted)". */
static bool is_image(const char *path) {
  const char *suffix = strstr(base_name(path), ".so");
  return (suffix && (!suffix[3] || suffix[3] == '.' || suffix[3] == ' ')) || is_program(path);
}

/* Is the region of a file that somebody named? Not what mmap and shared memory name themselves. */
static bool is_file(const struct region *region) {
  static const char *const anonymous[] = {"/dev/zero (deleted)", "/memfd:", "/SYSV", "/[aio]"};
  for (unsigned i = 0; i < sizeof anonymous / sizeof *anonymous; i++) {
    if (strncmp(region->name, anonymous[i], strlen(anonymous[i])) == 0) return false;
  }
  return region->name[0] == '/';
}

/* Variables without an initial value are in memory of no file, behind those that
 * have one. If there is more in the same region, it is not known which it was. */
static bool is_variables(const struct region *region) {
  const ElfW(Phdr) *segment = at_start.program_headers;
  uintptr_t bias = 0;
  for (unsigned long i = 0; i < at_start.program_header_count; i++, segment++) {
    uintptr_t base = bias + segment->p_vaddr;
    if (segment->p_type == PT_PHDR) bias = (uintptr_t)at_start.program_headers - segment->p_vaddr;
    if (segment->p_type != PT_LOAD || !(segment->p_flags & PF_W)) continue;
    if (region->start - base < segment->p_memsz && region->end - base < segment->p_memsz + segment->p_align)
      return true;
  }
  return false;
}

/* What a region is to the programmer. */
static void report_region(const struct region *region) {
  const char *name = base_name(region->name);
  if (strcmp(name, "[heap]") == 0 || strcmp(name, "[stack]") == 0) {
    report("the %s", name[1] == 'h' ? "heap" : "stack");
  } else if (!name[0] && is_variables(region)) {
    report("the variables of %s", at_start.program_name);
  } else if (!is_file(region)) {
    report("a block of memory");
  } else if (!is_image(region->name)) {
    report("the mapped file %s", name);
  } else {
    report("the %s of %s", region->executable ? "code" : region->writable ? "variables" : "constants", name);
  }
}

/* Has a large local array taken the stack pointer out of the stack, beyond the guard below it? */
static bool left_the_stack(uintptr_t stack_pointer) {
  static struct surroundings main_stack;
  if (!crash.in_main_thread) return near_stack_pointer.above.writable;
  maps_around((uintptr_t)at_start.on_stack, &main_stack);
  return stack_pointer < main_stack.at.start && main_stack.at.start - stack_pointer < LARGEST_FRAME;
}

/* The stack is full if its lower end is between the stack pointer and the address,
 * not further apart than a push or a red zone, or if the stack pointer is in no writable memory. */
static bool stack_overflowed(uintptr_t address, uintptr_t stack_pointer, enum access access) {
  const struct region *stack = &near_stack_pointer.at;
  if (access == ACCESS_EXECUTE) return false;
  if (stack->writable) return address < stack->start && stack_pointer - address <= RED_ZONE;
  if (access == ACCESS_READ && address == stack_pointer)
    return false; /* a return: the stack pointer was overwritten */
  return address - stack_pointer + RED_ZONE < LARGEST_FRAME && left_the_stack(stack_pointer);
}

static void report_distance(unsigned long distance) {
  report("%lu %s", distance, distance == 1 ? "byte" : "bytes");
}

static bool near_null(uintptr_t address) {
  if (address == 0) {
    report(", which is NULL: a pointer that was never set, or a NULL result that was not checked?");
    return true;
  }
  if (address >= NEAR_NULL && -address >= JUST_BESIDE) return false;
  report(", which is not mapped. That is ");
  if (address == UINTPTR_MAX) {
    report("-1: an error result that was not checked?");
  } else if (address < NEAR_NULL) {
    report_distance(address);
    report(" past NULL: a NULL pointer used as a struct or an array?");
  } else {
    report_distance(-address);
    report(" before NULL: a NULL pointer with a negative index?");
  }
  return true;
}

/* Is the address a little beyond something that may be used? Then says so. */
static bool beside_something(uintptr_t address) {
  const struct region *below = &near_address.below, *above = &near_address.above, *at = &near_address.at;
  bool past = below->readable && address - below->end < JUST_BESIDE && (!at->end || at->start == below->end);
  bool before =
      above->readable && above->start - address <= JUST_BESIDE && (!at->end || at->end == above->start);
  unsigned long distance = past ? address - below->end : above->start - address;
  if (!past && !before) return false;
  report(at->end ? ", in a guard page. That is " : ", which is not mapped. That is ");
  if (distance == 0) report("just");
  if (distance > 0) report_distance(distance);
  report(past ? " past the end of " : " before the start of ");
  report_region(past ? below : above);
  report(": an index or a loop that goes too far?");
  return true;
}

/* Linkers put constants before the code, in a region of their own or together with it. */
static void read_only(const struct region *at) {
  bool image = is_file(at) && is_image(at->name);
  bool mixed = image && at->executable && strcmp(near_address.below.name, at->name) != 0;
  report(", which is read-only. It is part of %s", mixed ? "the constants and " : "");
  report_region(at);
  report(!is_file(at)               ? ": made read-only by mprotect or mmap?"
         : !image                   ? ": mapped for reading only?"
         : at->executable && !mixed ? ": a function used as if it were data?"
                                    : ": a string literal or a const?");
}

static void bad_data_access(uintptr_t address, enum access access) {
  const struct region *at = &near_address.at;
  bool guarded = at->end && !at->readable && !at->writable && !at->executable;
  if (near_null(address)) return;
  if ((!at->end || guarded) && beside_something(address)) return;
  if (guarded) {
    report(", in memory that may not be accessed: a guard page, or memory that was given back?");
  } else if (!at->end) {
    report(", which is not mapped.");
    if (!report_if_text(address)) report(" A pointer that was never set, or memory that was given back?");
  } else if (access != ACCESS_READ && at->readable && !at->writable) {
    read_only(at);
  } else {
    report(", which is mapped, but the kernel refused the access.");
  }
}

/* Are the address and some bytes before it in code? */
static bool is_code(uintptr_t address) {
  static struct surroundings around;
  return maps_around(address, &around) && around.at.executable && address - around.at.start >= 16;
}

static bool came_by_return(const ucontext_t *context) {
  const struct region *stack = &near_stack_pointer.at;
  uintptr_t stack_pointer = arch_sp(context), word = sizeof stack_pointer;
  bool both_there = stack_pointer - stack->start >= word && stack->end - stack_pointer >= word;
  return stack->readable && both_there && arch_came_by_return(context, is_code);
}

static void bad_jump(uintptr_t address, const ucontext_t *context) {
  if (address == 0) {
    report(": a call through a function pointer that is NULL?");
    return;
  }
  report(near_address.at.end ? ", which is not code but part of " : ", which is not mapped");
  if (near_address.at.end) report_region(&near_address.at);
  report(".");
  if (report_if_text(address)) return;
  report(came_by_return(context)
             ? " It got there by returning from a function: something wrote past the end of a local array?"
             : " A function pointer that was overwritten, or never set?");
}

bool explain_access(const siginfo_t *info, const ucontext_t *context) {
  uintptr_t address = (uintptr_t)info->si_addr, stack_pointer = arch_sp(context);
  enum access access = arch_access(info, context);
  bool have_maps = maps_around(address, &near_address) && maps_around(stack_pointer, &near_stack_pointer);
  if (access == ACCESS_UNKNOWN && near_address.at.readable && !near_address.at.writable)
    access = ACCESS_WRITE;
  if (have_maps && stack_overflowed(address, stack_pointer, access)) {
    report("%s used up the stack of %s: recursion that never ends, or a very large local array?",
           at_start.program_name, crash.in_main_thread ? "its main thread" : "one of its threads");
    return false;
  }
  report_attempt(access, address);
  if (!have_maps) {
    if (!near_null(address))
      report(info->si_code == SEGV_MAPERR ? ", which is not mapped." : ", which does not allow it.");
  } else if (access == ACCESS_EXECUTE) {
    bad_jump(address, context);
  } else {
    bad_data_access(address, access);
  }
  return access == ACCESS_EXECUTE;
}
