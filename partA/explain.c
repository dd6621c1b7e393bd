/* The line "What happened": tells kinds of crashes apart and says in plain words
 * which one this is. A question mark ends what is only a guess. Async-signal-safe. */
#include <string.h>
#include <unistd.h>

#include "arch.h"
#include "internal.h"

enum { JUST_BESIDE = 4096, NEAR_NULL = 65536, RED_ZONE = 256, LAST_FRAME = 65536 };

static struct surroundings near_address, near_stack_pointer;
static bool have_maps;

static void tried(enum access access, uintptr_t address) {
  static const char *const verbs[] = {" tried to access address ", " tried to read from address ",
                                      " tried to write to address ", " tried to run code at address "};
  report_text(program_name);
  report_text(verbs[access]);
  report_hex(address);
}

/* Four or more printable characters where an address should be. */
static bool report_if_text(uintptr_t address) {
  char bytes[sizeof address];
  size_t length = 0;
  memcpy(bytes, &address, sizeof bytes);
  while (length < sizeof bytes && bytes[length] >= ' ' && bytes[length] <= '~') length++;
  if (length < 4 || (length < sizeof bytes && address >> (8 * length) != 0)) return false;
  report_text(" The pointer holds the text \"");
  report_bytes(bytes, length);
  report_text("\": something wrote past the end of a string or array?");
  return true;
}

/* What a region is to the programmer. */
static void report_region(const struct region *region) {
  if (strcmp(region->name, "[heap]") == 0) {
    report_text("the heap");
  } else if (strncmp(region->name, "[stack", 6) == 0) {
    report_text("the stack");
  } else if (region->name[0] == '/') {
    report_text(region->executable ? "the code of "
                : region->writable ? "the variables of "
                                   : "the constants of ");
    report_text(base_name(region->name));
  } else {
    report_text("a block of memory");
  }
}

static void sent_by_someone(const siginfo_t *info) {
  if (info->si_pid == getpid()) {
    report_text(program_name);
    report_text(" sent itself the signal, by raise, kill or abort; no memory access failed.");
  } else if (info->si_pid == 0) {
    report_text("the signal was sent from outside; no memory access failed.");
  } else {
    report_text("process ");
    report_decimal((unsigned long)info->si_pid);
    report_text(" sent the signal; no memory access failed.");
  }
}

/* A general protection fault: the processor does not tell the address. */
static void no_address(const ucontext_t *context) {
  uintptr_t value = 0;
  const char *holder = arch_wild_pointer(context, &value);
  report_text(program_name);
  if (!holder) {
    report_text(" ran an instruction that the processor refused at ");
    report_hex(arch_pc(context));
    report_text(": one for the kernel only, or one that needs an aligned address?");
    return;
  }
  report_text(" used a pointer that cannot be an address, ");
  report_hex(value);
  report_text(" (");
  report_text(holder);
  report_text(").");
  if (report_if_text(value)) return;
  report_text(" A pointer that was overwritten, or never set?");
}

static bool stack_overflowed(uintptr_t address, uintptr_t stack_pointer, enum access access) {
  const struct region *stack = &near_stack_pointer.at;
  if (address + RED_ZONE < stack_pointer && address + LAST_FRAME < stack_pointer) return false;
  if (stack->writable) return address < stack->start && stack_pointer - stack->start < LAST_FRAME;
  bool by_return =
      access == ACCESS_READ && address == stack_pointer; /* of a stack pointer that was overwritten */
  return near_stack_pointer.above.writable && address - stack_pointer + RED_ZONE < (1u << 30) && !by_return;
}

static void stack_overflow(void) {
  report_text(program_name);
  bool main_thread = thread_id() == getpid();
  report_text(main_thread ? " used up the stack of its main thread"
                          : " used up the stack of one of its threads");
  report_text(": recursion that never ends, or a very large local array?");
}

static bool near_null(uintptr_t address) {
  if (address == 0) {
    report_text(", which is NULL: a pointer that was never set, or a NULL result that was not checked?");
  } else if (address < NEAR_NULL) {
    report_text(", which is not mapped. That is ");
    report_decimal(address);
    report_text(" bytes past NULL: a NULL pointer used as a struct or an array?");
  } else if (address == UINTPTR_MAX) {
    report_text(", which is not mapped. That is -1: an error result that was not checked?");
  } else if (-address < JUST_BESIDE) {
    report_text(", which is not mapped. That is ");
    report_decimal(-address);
    report_text(" bytes before NULL: a NULL pointer with a negative index?");
  } else {
    return false;
  }
  return true;
}

/* Is the address a little beyond something that is mapped? Then says so. */
static bool beside_something(uintptr_t address) {
  const struct region *below = &near_address.below, *above = &near_address.above, *at = &near_address.at;
  bool past = below->readable && address - below->end < JUST_BESIDE && (!at->end || at->start == below->end);
  bool before =
      above->readable && above->start - address <= JUST_BESIDE && (!at->end || at->end == above->start);
  if (!past && !before) return false;
  report_text(at->end ? ", in a guard page. That is " : ", which is not mapped. That is ");
  report_decimal(past ? address - below->end : above->start - address);
  report_text(past ? " bytes past the end of " : " bytes before the start of ");
  report_region(past ? below : above);
  report_text(": an index or a loop that goes too far?");
  return true;
}

static void mapped(const struct region *at, enum access access) {
  if (access == ACCESS_EXECUTE && !at->executable) {
    report_text(", which is not code but part of ");
    report_region(at);
    report_text(": a function pointer or a return address that was overwritten?");
  } else if (!at->readable && !at->writable && !at->executable) {
    if (beside_something(near_address.address)) return;
    report_text(", in memory that nobody may access: a guard page, or memory that was given back?");
  } else if (access != ACCESS_READ && at->readable && !at->writable) {
    report_text(", which is read-only. It is part of ");
    report_region(at);
    report_text(at->name[0] != '/' ? ": made read-only by mprotect or mmap?"
                : at->executable   ? ": a pointer to a function used as a pointer to data?"
                                   : ": a string literal or a const?");
  } else {
    report_text(", which is mapped, but the kernel refused the access.");
  }
}

static void not_mapped(uintptr_t address) {
  if (beside_something(address)) return;
  report_text(", which is not mapped.");
  if (report_if_text(address)) return;
  report_text(" A pointer that was never set, or memory that was given back?");
}

static void bad_access(const siginfo_t *info, const ucontext_t *context) {
  uintptr_t address = (uintptr_t)info->si_addr, stack_pointer = arch_sp(context);
  enum access access = arch_access(info, context);
  have_maps = maps_around(address, &near_address) && maps_around(stack_pointer, &near_stack_pointer);
  if (access == ACCESS_UNKNOWN && near_address.at.readable && !near_address.at.writable)
    access = ACCESS_WRITE;
  if (have_maps && access != ACCESS_EXECUTE && stack_overflowed(address, stack_pointer, access)) {
    stack_overflow();
    return;
  }
  tried(access, address);
  if (access == ACCESS_EXECUTE && address < NEAR_NULL) {
    report_text(": a call through a function pointer that is NULL?");
    return;
  }
  if (near_null(address)) return;
  if (!have_maps) {
    report_text(info->si_code == SEGV_MAPERR ? ", which is not mapped." : ", which does not allow it.");
    return;
  }
  if (near_address.at.end) {
    mapped(&near_address.at, access);
  } else {
    not_mapped(address);
  }
  if (access == ACCESS_EXECUTE && near_stack_pointer.at.readable && arch_came_by_return(context)) {
    report_text(
        " It came there by returning from a function: something wrote past the end of a local array?");
  }
}

static void bus_error(const siginfo_t *info, const ucontext_t *context) {
  uintptr_t address = (uintptr_t)info->si_addr;
  if (info->si_code == SI_KERNEL) {
    no_address(context);
    return;
  }
  tried(arch_access(info, context), address);
  if (info->si_code == BUS_ADRALN) {
    report_text(", which is not aligned as the processor needs it.");
    return;
  }
  maps_around(address, &near_address);
  if (near_address.at.name[0] == '/') {
    report_text(", where ");
    report_text(base_name(near_address.at.name));
    report_text(" is mapped, but the file has no such page: was it cut short?");
  } else {
    report_text(", for which the system could not supply memory.");
  }
}

static void arithmetic_error(const siginfo_t *info) {
  report_text(program_name);
  if (info->si_code == FPE_INTDIV) {
    report_text(" divided an integer by zero (or the smallest one by -1).");
  } else {
    report_text(" did a calculation that has no valid result, and had asked to be stopped then.");
  }
}

static void illegal_instruction(const siginfo_t *info) {
  report_text(program_name);
  report_text(" came to an instruction that the processor does not know, at ");
  report_hex((uintptr_t)info->si_addr);
  report_text(": a __builtin_trap, a jump into data, or a program made for another processor?");
}

void explain(int number, const siginfo_t *info, const ucontext_t *context) {
  report_label("What happened: ");
  if (number == SIGABRT && info->si_code <= 0 && info->si_pid == getpid()) {
    report_text(program_name);
    report_text(
        " called abort: a failed assert, an error found by malloc, or an exception? The reason may stand "
        "above.");
  } else if (info->si_code <= 0) {
    sent_by_someone(info);
  } else if (number == SIGBUS) {
    bus_error(info, context);
  } else if (number == SIGFPE) {
    arithmetic_error(info);
  } else if (number == SIGILL) {
    illegal_instruction(info);
  } else if (info->si_code == SI_KERNEL) {
    no_address(context);
  } else {
    bad_access(info, context);
  }
  report_send();
}
