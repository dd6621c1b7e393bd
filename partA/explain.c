/* The line "What happened": tells kinds of crashes apart, by signal and by what
 * the kernel says about it. Async-signal-safe. */
#include <string.h>
#include <unistd.h>

#include "internal.h"

static void sent_by_someone(int number, const siginfo_t *info) {
  bool itself = info->si_pid == getpid();
  if (itself && number == SIGABRT) {
    report_text(at_start.program_name);
    report_text(
        " called abort: a failed assert, damage that malloc found, or an exception? The reason may stand "
        "above.");
    return;
  }
  if (itself) {
    report_text(at_start.program_name);
    report_text(" sent itself ");
  } else if (info->si_pid == 0) {
    report_text("the kernel or a process outside of this container sent ");
  } else {
    report_text("process ");
    report_decimal((unsigned long)info->si_pid);
    report_text(" sent ");
  }
  report_text(signal_name(number));
  report_text(itself ? ", by raise or kill" : " to ");
  report_text(itself ? "" : at_start.program_name);
  report_text("; no memory access failed.");
}

/* A general protection fault: the processor does not tell the address. */
static bool no_address(const ucontext_t *context) {
  uintptr_t value = 0;
  const char *holder = arch_wild_pointer(context, &value);
  report_text(at_start.program_name);
  if (!holder) {
    report_text(" ran an instruction that the processor refused, at ");
    report_hex(arch_pc(context));
    report_text(": one for the kernel only, or one that needs an aligned address?");
    return false;
  }
  report_text(" used a pointer that cannot be an address: ");
  report_hex(value);
  report_text(", in the ");
  report_text(holder);
  report_text(".");
  if (!report_if_text(value)) report_text(" A pointer that was overwritten, or never set?");
  return value == arch_pc(context);
}

static bool bus_error(const siginfo_t *info, const ucontext_t *context) {
  static struct surroundings surroundings;
  uintptr_t address = (uintptr_t)info->si_addr;
  if (info->si_code == SI_KERNEL) return no_address(context);
  report_attempt(arch_access(info, context), address);
  maps_around(address, &surroundings);
  if (info->si_code == BUS_ADRALN) {
    report_text(", which is not aligned as the processor needs it.");
  } else if (surroundings.at.name[0] == '/') {
    report_text(", where ");
    report_text(base_name(surroundings.at.name));
    report_text(" is mapped, but the file does not reach that far: was it cut short?");
  } else {
    report_text(", for which the system could not supply memory.");
  }
  return false;
}

static void arithmetic_error(const siginfo_t *info) {
  report_text(at_start.program_name);
  if (info->si_code == FPE_INTDIV) {
    report_text(" divided an integer by zero, or the smallest one by -1.");
  } else {
    report_text(" did a calculation without a valid result, and had asked to be stopped then.");
  }
}

static void illegal_instruction(const siginfo_t *info) {
  report_text(at_start.program_name);
  report_text(" came to an instruction that the processor does not accept, at ");
  report_hex((uintptr_t)info->si_addr);
  report_text(": a __builtin_trap, a jump into data, or a program made for another processor?");
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
  } else {
    jumped = explain_access(info, context);
  }
  report_send();
  return jumped;
}
