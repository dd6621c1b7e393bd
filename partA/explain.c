/* The line "What happened": tells kinds of crashes apart, by signal and by what the kernel says about it.
 *
 * To add a kind: a signal that tells all by itself is a line of stories[], and so is a reason to call abort,
 * with the functions that are called on the way; what depends on the address goes to
 * access.c, as report_if_... if it is a guess. Then a program that crashes so, built by all compilers, goes
 * to tests/compiled, which says in its comments what is expected; what needs the zoo, to tests/kinds.c. */
#include "internal.h"

pid_t sender(const siginfo_t *info) {
  int code = info->si_code;
  bool by_process = code == SI_USER || code == SI_TKILL || code == SI_QUEUE || code == SI_MESGQ;
  return by_process ? info->si_pid : -1; /* a timer's number is where a process's would be */
}

/* Kinds of SIGSEGV that come without an address, by numbers that not every C
 * library names: SEGV_MTEAERR of Arm, SEGV_CPERR of x86. */
enum { TAG_MISMATCH = 8, CONTROL_PROTECTION = 10 };

/* What the signal itself tells, and of abort, who called it: the first line that fits. Code 0 stands for all
 * others, and the last line for all other signals. */
static const struct {
  int number, code;
  const char *passed, *known_as; /* functions on the way, by a name of ours if that tells more */
  const char *story;             /* with the program and the address */
} stories[] = {
    {0, 0, "_Zn*", "operator new", NULL},
    {0, 0, "_Zd*", "operator delete", NULL},
    {SIGABRT, 0, HEAP_FUNCTIONS, NULL, "malloc's checks stopped %s."},
    {SIGABRT, 0, "__assert*", "assert",
     "an assert failed and stopped %s: what it claims to be true was not."},
    {SIGABRT, 0, "__stack_chk_fail*", "the stack protector",
     "a function of %s wrote past the end of a local array (\"stack smashing\")."},
    {SIGABRT, 0, "__chk_fail", "a check of lengths",
     "%s was stopped before it wrote past the end of an array (\"buffer overflow\")."},
    {SIGABRT, 0, "__cxa_pure_virtual __cxa_deleted_virtual", "a pure virtual function",
     "%s called a virtual function of an object that is not whole: in a constructor or destructor of its "
     "base, or after the object was deleted?"},
    {SIGABRT, 0, "__cxa_call_unexpected", NULL, "%s threw an exception that its function does not allow."},
    {SIGABRT, 0, "_Unwind_RaiseException", NULL,
     "%s called std::terminate: an exception left a destructor or a noexcept function?"},
    {SIGABRT, 0, "__cxa_throw* *__throw_ _ZSt17rethrow_exception*", "throw",
     "%s threw an exception that nothing caught."},
    {SIGABRT, 0, "__cxa_rethrow", "throw",
     "%s threw an exception again that nothing caught, or there was none to throw again."},
    {SIGABRT, 0, "_ZSt9terminatev __cxa_call_terminate", "std::terminate",
     "%s called std::terminate: a std::thread that was not joined, or an exception that left a destructor or "
     "a noexcept function?"},
    {SIGABRT, 0, NULL, NULL, "%s called abort. The reason may stand above."},
    {SIGFPE, FPE_INTDIV, NULL, NULL, "%s divided an integer by zero, or the smallest one by -1."},
    {SIGFPE, 0, NULL, NULL, "%s did a calculation without a valid result, and had asked to be stopped then."},
    {SIGILL, 0, NULL, NULL,
     "%s came to an instruction that the processor does not accept, at 0x%lx: a __builtin_trap, a jump into "
     "data, or a program made for another processor?"},
    {SIGSEGV, CONTROL_PROTECTION, NULL, NULL,
     "%s returned or jumped to where it must not: something wrote past the end of a local array?"},
    {SIGSEGV, TAG_MISMATCH, NULL, NULL,
     "%s used, a moment ago, a pointer that does not fit the memory there: given back, or past the end of a "
     "block?"},
    {SIGSEGV, SI_KERNEL, NULL, NULL,
     "the kernel found no room on the stack for a signal handler of %s, or a damaged stack when one "
     "returned: a handler without SA_ONSTACK, on a small or a full stack?"},
    {0, 0, NULL, NULL, "%s broke a rule of the processor that this library does not know."},
};
enum { LAST = sizeof stories / sizeof *stories - 1 };

const char *known_as(const char *called) {
  unsigned i = 0;
  while (i < LAST && !(stories[i].passed && is_one_of(called, stories[i].passed))) i++;
  return stories[i].known_as;
}

static bool fits(unsigned i, const struct crash *crash) {
  if (stories[i].number != crash->number) return false;
  if (stories[i].code && stories[i].code != crash->info->si_code) return false;
  return !stories[i].passed || calls_passed(stories[i].passed);
}

static void tell_story(const struct crash *crash) {
  unsigned i = 0;
  while (i < LAST && !fits(i, crash)) i++;
  report(stories[i].story, at_start.program_name, (unsigned long)crash->info->si_addr);
}

static void sent_by_someone(const struct crash *crash) {
  const char *name = signal_name(crash->number), *program = at_start.program_name;
  pid_t process = sender(crash->info);
  if (process == crash->process && crash->number == SIGABRT) {
    tell_story(crash);
    report_if_heap();
  } else if (process == crash->process) {
    report("%s sent itself %s, by raise or kill: did a handler of its own pass on a crash?", program, name);
  } else {
    if (process > 0) report("process %lu", (unsigned long)process);
    if (process == 0) report("the kernel or a process outside of this container");
    if (process < 0) report("a timer or the kernel");
    report(" sent %s to %s; no memory access failed.", name, program);
  }
}

bool is_refused(const struct crash *crash) {
  return crash->info->si_code == SI_KERNEL && arch_is_refused(crash->context);
}

/* A general protection fault: the processor does not tell the address. */
static void no_address(const struct crash *crash) {
  uintptr_t value = 0;
  const char *holder = arch_wild_pointer(crash->context, crash->code, &value), *name = at_start.program_name;
  const char *why =
      "one for the kernel only, one that needs an aligned address, or data run as if it were code?";
  if (!crash->code) why = "one for the kernel only, or one that uses a pointer which cannot be an address?";
  if (crash->code && arch_is_vector(crash->code))
    why = "a vector instruction, with an address that is not aligned as it needs?";
  if (holder) {
    report("%s used a pointer that cannot be an address: 0x%lx, in the %s.", name, (unsigned long)value,
           holder);
    if (!report_if_heap() && !report_if_below_zero(value) && !report_if_text(value))
      report(" %s that was overwritten, or never set?",
             strcmp(holder, "sum of a pointer and an index") == 0 ? "An index" : "A pointer");
  } else {
    report("%s ran an instruction that the processor refused, at 0x%lx: %s", name,
           (unsigned long)arch_pc(crash->context), why);
  }
}

static void bus_error(const siginfo_t *info, const ucontext_t *context) {
  static struct surroundings surroundings;
  uintptr_t address = (uintptr_t)info->si_addr;
  maps_around(address, &surroundings);
  const char *name = surroundings.at.name;
  if (info->si_code == BUS_ADRALN) { /* some processors tell no address then */
    report("%s used an address that is not aligned as the processor needs it.", at_start.program_name);
    return;
  }
  report_attempt(arch_access(info, context), address);
  if (name[0] == '/') {
    report(", where %s is mapped, but the file does not reach that far: was it cut short?", base_name(name));
  } else {
    report(", for which the system could not supply memory.");
  }
}

bool comes_with_address(const siginfo_t *info) {
  int code = info->si_code;
  return code > 0 && code < CONTROL_PROTECTION && code != TAG_MISMATCH;
}

void explain(const struct crash *crash) {
  const siginfo_t *info = crash->info;
  report_label("What happened: ");
  if (!info) {
    report("%s was stopped by %s; its own handler passed on no more than that.", at_start.program_name,
           signal_name(crash->number));
  } else if (info->si_code <= 0) {
    sent_by_someone(crash);
  } else if (is_refused(crash)) {
    no_address(crash);
  } else if (crash->number == SIGBUS) {
    bus_error(info, crash->context);
  } else if (crash->number == SIGSEGV && comes_with_address(info)) {
    explain_access(crash);
  } else {
    tell_story(crash);
  }
  report_send();
}

void report_registers(const struct crash *crash) {
  static struct surroundings around;
  const char *name;
  uintptr_t value;
  if (!crash->context) return;
  report_label("Registers:");
  for (unsigned i = 0; (name = arch_register(crash->context, i, &value)); i++) {
    if (i > 0 && i % 4 == 0) report_send();
    report("  %s 0x%lx", name, (unsigned long)value);
  }
  report_send();
  if (!comes_with_address(crash->info) || crash->number != SIGSEGV) return;
  report_label("Mapped around the address:");
  report_send();
  maps_around((uintptr_t)crash->info->si_addr, &around);
  const struct region *regions[] = {&around.below, &around.at, &around.above};
  for (unsigned i = 0; i < sizeof regions / sizeof *regions; i++) {
    const struct region *region = regions[i];
    if (!region->end) continue;
    report("  0x%lx to 0x%lx %s%s%s %s", (unsigned long)region->start, (unsigned long)region->end,
           region->readable ? "r" : "-", region->writable ? "w" : "-", region->executable ? "x" : "-",
           region->name[0] ? region->name : "anonymous");
    report_send();
  }
}
