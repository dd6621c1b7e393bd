/* Explains an access to an address that does not allow it: which one, what is
 * there, and what mistake usually leads there. A question mark ends what is
 * only a guess. */
#include <string.h>
#include <unistd.h>

#include "internal.h"

enum { JUST_BESIDE = 4096, NEAR_NULL = 65536, FAR = 64 << 20, RED_ZONE = 512, LARGEST_FRAME = 1 << 30 };

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
  uintptr_t start = 0, end = 0, page = (uintptr_t)sysconf(_SC_PAGESIZE);
  return image_variables(&start, &end) && region->start >= start - start % page && region->start < end &&
         region->end - end < page;
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

/* Has a large local array taken the stack pointer out of its stack, beyond the guard below it? */
static bool left_the_stack(const struct crash *crash, uintptr_t stack_pointer) {
  static struct surroundings main_stack;
  if (crash->process != crash->thread) return near_stack_pointer.above.writable;
  maps_around((uintptr_t)at_start.on_stack, &main_stack);
  return stack_pointer < main_stack.at.start && main_stack.at.start - stack_pointer < LARGEST_FRAME;
}

/* A stack is full if its lower end is between the stack pointer and the address, not
 * further apart than a push or a red zone, or if the stack pointer is in no writable memory: then it
 * was writable above, or the access is beside it. */
static bool stack_overflowed(const struct crash *crash, uintptr_t address, enum access access) {
  const struct region *stack = &near_stack_pointer.at;
  uintptr_t stack_pointer = arch_sp(crash->context);
  if (access == ACCESS_EXECUTE) return false;
  if (stack->writable) return address < stack->start && stack_pointer - address <= RED_ZONE;
  if (access == ACCESS_READ && address == stack_pointer)
    return false; /* a return: the stack pointer was overwritten */
  bool beside = address - stack_pointer + RED_ZONE < 2 * RED_ZONE && near_stack_pointer.above.writable &&
                near_stack_pointer.above.start - stack_pointer < FAR;
  return beside ||
         (address - stack_pointer + RED_ZONE < LARGEST_FRAME && left_the_stack(crash, stack_pointer));
}

/* The main thread may run on a stack that the program has made, as coroutines do. */
static void report_stack(const struct crash *crash) {
  static struct surroundings main_stack;
  uintptr_t stack_pointer = arch_sp(crash->context);
  bool on_main = maps_around((uintptr_t)at_start.on_stack, &main_stack) &&
                 main_stack.at.end - stack_pointer < LARGEST_FRAME;
  report("%s used up %s: recursion that never ends, or a very large local array?", at_start.program_name,
         crash->process != crash->thread ? "the stack of one of its threads"
         : on_main                       ? "the stack of its main thread"
                                         : "a stack that it has made, of a coroutine for example");
}

static void report_distance(unsigned long distance) {
  report("%lu %s", distance, distance == 1 ? "byte" : "bytes");
}

static bool near_null(uintptr_t address, enum subject subject) {
  if (address == 0 && subject == SUBJECT_SCAN) {
    report(", which is NULL: a variable without its &, or a pointer that was never set?");
    return true;
  }
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
    report(" past NULL: ");
    if (subject == SUBJECT_SCAN) report("a variable without its &, ");
    if (subject == SUBJECT_TEXT) report("a number where a pointer belongs, ");
    report("%sa NULL pointer used as a struct or an array?", subject >= SUBJECT_TEXT ? "or " : "");
  } else {
    report_distance(-address);
    report(" before NULL: a NULL pointer with a negative index?");
  }
  return true;
}

static void report_beside(unsigned long distance, bool past) {
  if (distance == 0) report("just");
  if (distance > 0) report_distance(distance);
  report(past ? " past the end of " : " before the start of ");
}

/* Is the address a little beyond something that may be used? Then says so. */
static bool beside_something(uintptr_t address) {
  const struct region *below = &near_address.below, *above = &near_address.above, *at = &near_address.at;
  bool past = below->readable && address - below->end < JUST_BESIDE && (!at->end || at->start == below->end);
  bool before =
      above->readable && above->start - address <= JUST_BESIDE && (!at->end || at->end == above->start);
  if (!past && !before) return false;
  report(at->end ? ", in a guard page. That is " : ", which is not mapped. That is ");
  report_beside(past ? address - below->end : above->start - address, past);
  report_region(past ? below : above);
  report(at->end ? ": an index or a loop that goes too far?"
                 : ": an index or a loop that goes too far, or memory that was given back?");
  return true;
}

/* What an index may have started from: the variables, the heap, the stack. */
struct origin {
  uintptr_t address, start, end, distance;
  const char *name;
  bool past;
};

static void consider(struct origin *nearest, uintptr_t start, uintptr_t end, const char *name) {
  uintptr_t address = nearest->address;
  bool past = address >= end;
  uintptr_t distance = past ? address - end : start - address;
  if (distance >= nearest->distance) return;
  *nearest = (struct origin){address, start, end, distance, name, past};
}

static bool visit_origin(const struct region *region, void *argument) {
  if (strcmp(region->name, "[heap]") == 0) consider(argument, region->start, region->end, "the heap");
  if (strcmp(region->name, "[stack]") == 0) consider(argument, region->start, region->end, "the stack");
  return true;
}

static bool far_from_something(uintptr_t address) {
  struct origin nearest = {.address = address, .distance = FAR};
  uintptr_t start = 0, end = 0;
  maps_visit(visit_origin, &nearest);
  if (image_variables(&start, &end)) consider(&nearest, start, end, NULL);
  if (nearest.distance == FAR) return false;
  report(" That is ");
  report_beside(nearest.distance, nearest.past);
  if (nearest.name) report("%s", nearest.name);
  if (!nearest.name) report("the variables of %s", at_start.program_name);
  report(": an index or a loop that goes too far, or memory that was given back?");
  return true;
}

static bool visit_heap(const struct region *region, void *argument) {
  struct region *heap = argument;
  if (strcmp(region->name, "[heap]") == 0) *heap = *region;
  return !heap->end;
}

/* glibc keeps a list in the blocks that were given back: in each the address of the next,
 * mixed with its own without the lowest 12 bits. */
static bool report_if_freed(uintptr_t pointer) {
  static struct region heap;
  uintptr_t next = pointer;
  heap.end = 0;
  maps_visit(visit_heap, &heap);
  for (int i = 0; i < 5; i++) next = pointer ^ next >> 12; /* if the two are in the same page */
  bool last = pointer >= heap.start >> 12 && pointer <= heap.end >> 12;
  if (!heap.end || (!last && (next < heap.start || next >= heap.end))) return false;
  report(" The pointer looks like what free leaves in a block: was the block it was read from given back?");
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

/* In malloc and free, the mistake was made earlier. */
void report_damaged_heap(void) {
  report(
      " malloc's own data is damaged, which happened earlier: a write past the end of a block, a double "
      "free, "
      "or a free of what malloc did not give? AddressSanitizer finds it.");
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
  if ((!at->end || guarded) && beside_something(address)) return;
  if (guarded) {
    report(", in memory that may not be accessed: a guard page, or memory that was given back?");
  } else if (!at->end) {
    report(", which is not mapped.");
    if (report_if_text(address) || report_if_freed(address) || far_from_something(address)) return;
    report(" A pointer that was never set, or memory that was given back?");
  } else if (access != ACCESS_READ && at->readable && !at->writable) {
    read_only(at);
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
  bool have_maps =
      maps_around(address, &near_address) && maps_around(arch_sp(crash->context), &near_stack_pointer);
  if (access == ACCESS_UNKNOWN && near_address.at.readable && !near_address.at.writable)
    access = ACCESS_WRITE;
  if (have_maps && stack_overflowed(crash, address, access)) {
    report_stack(crash);
    return;
  }
  report_attempt(access, address);
  if (!have_maps) {
    if (!near_null(address, subject))
      report(crash->info->si_code == SEGV_MAPERR ? ", which is not mapped." : ", which does not allow it.");
  } else if (access == ACCESS_EXECUTE) {
    bad_jump(address, crash->context);
  } else {
    bad_data_access(address, access, subject);
  }
}
