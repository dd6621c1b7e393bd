/* The line "What happened": tells kinds of crashes apart, by signal and by what
 * the kernel says about it. Async-signal-safe. */
#include <string.h>
#include <unistd.h>

#include "internal.h"

pid_t sender(const siginfo_t *info) {
  int code = info->si_code;
  bool by_process = code == SI_USER || code == SI_TKILL || code == SI_QUEUE || code == SI_MESGQ;
  return by_process ? info->si_pid : -1; /* a timer's number is where a process's would be */
}

static void sent_by_someone(int number, const siginfo_t *info) {
  const char *name = signal_name(number), *program = at_start.program_name;
  pid_t process = sender(info);
  if (process == crash.process && number == SIGABRT) {
    report("%s called abort: a failed assert, damage that malloc found, or an exception? ", program);
    report("The reason may stand above.");
  } else if (process == crash.process) {
    report("%s sent itself %s, by raise or kill: did a handler of its own pass on a crash?", program, name);
  } else {
    if (process > 0) report("process %lu", (unsigned long)process);
    if (process == 0) report("the kernel or a process outside of this container");
    if (process < 0) report("a timer or the kernel");
    report(" sent %s to %s; no memory access failed.", name, program);
  }
}

/* A general protection fault: the processor does not tell the address. */
static bool no_address(const ucontext_t *context) {
  uintptr_t value = 0;
  const char *holder = arch_wild_pointer(context, &value), *program = at_start.program_name;
  if (!holder) {
    report("%s ran an instruction that the processor refused, at 0x%lx: ", program,
           (unsigned long)arch_pc(context));
    report("one for the kernel only, or one that needs an aligned address?");
    return false;
  }
  report("%s used a pointer that cannot be an address: 0x%lx, in the %s.", program, (unsigned long)value,
         holder);
  if (!report_if_text(value)) report(" A pointer that was overwritten, or never set?");
  return value == arch_pc(context);
}

static bool bus_error(const siginfo_t *info, const ucontext_t *context) {
  static struct surroundings surroundings;
  uintptr_t address = (uintptr_t)info->si_addr;
  if (info->si_code == SI_KERNEL) return no_address(context);
  report_attempt(arch_access(info, context), address);
  maps_around(address, &surroundings);
  const char *name = surroundings.at.name;
  if (info->si_code == BUS_ADRALN) {
    report(", which is not aligned as the processor needs it.");
  } else if (name[0] == '/') {
    report(", where %s is mapped, but the file does not reach that far: was it cut short?", base_name(name));
  } else {
    report(", for which the system could not supply memory.");
  }
  return false;
}

static void arithmetic_error(const siginfo_t *info) {
  report("%s %s.", at_start.program_name,
         info->si_code == FPE_INTDIV
             ? "divided an integer by zero, or the smallest one by -1"
             : "did a calculation without a valid result, and had asked to be stopped then");
}

static void illegal_instruction(const siginfo_t *info) {
  report("%s came to an instruction that the processor does not accept, at 0x%lx: ", at_start.program_name,
         (unsigned long)info->si_addr);
  report("a __builtin_trap, a jump into data, or a program made for another processor?");
}

/* Kinds of SIGSEGV that come without an address, by numbers that not every C
 * library names: SEGV_MTEAERR of Arm, SEGV_CPERR of x86. */
enum { TAG_MISMATCH = 8, CONTROL_PROTECTION = 10 };

bool comes_with_address(const siginfo_t *info) {
  int code = info->si_code;
  return code > 0 && code < CONTROL_PROTECTION && code != TAG_MISMATCH;
}

static void protection_error(const siginfo_t *info) {
  report("%s %s", at_start.program_name,
         info->si_code == CONTROL_PROTECTION
             ? "returned or jumped to where it must not: something wrote past the end of a local array?"
         : info->si_code == TAG_MISMATCH ? "used, a moment ago, a pointer that does not fit the memory "
                                           "there: given back, or past the end of a block?"
                                         : "broke a rule of the processor that this library does not know.");
}

bool explain(int number, const siginfo_t *info, const ucontext_t *context) {
  bool jumped = false;
  report_label("What happened: ");
  if (info->si_code <= 0) {
    sent_by_someone(number, info);
  } else if (number == SIGBUS) {
    jumped = bus_error(info, context);
  } else if (number == SIGFPE) {
    arithmetic_error(info);
  } else if (number == SIGILL) {
    illegal_instruction(info);
  } else if (info->si_code == SI_KERNEL) {
    jumped = no_address(context);
  } else if (comes_with_address(info)) {
    jumped = explain_access(info, context);
  } else {
    protection_error(info);
  }
  report_send();
  return jumped;
}
