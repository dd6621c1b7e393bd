/* The report after its kind line. One child explains, unwinds, asks addr2line
 * and writes its lines itself; if it dies, or cannot be made, this process
 * writes what is still missing and can be known without risk. */
#include <sys/mman.h>

#include "internal.h"

static struct crash crash;
static ucontext_t *on_stack;     /* where unwinding begins */
static struct surroundings code; /* around the program counter */

/* What has been written, in memory that both processes see. */
static volatile struct { bool what, where; } * written;

/* A signal that was sent tells nothing about the place, unless the program sent it itself. */
static bool has_a_place(void) {
  return !crash.info || crash.info->si_code > 0 || sender(crash.info) == crash.process;
}

/* What has not been written yet, with as many calls as unwinding has found; at least the first is known. */
static void write_lines(void) {
  if (trace.count == 0 && on_stack) trace_add(arch_pc(on_stack));
  if (!written->what) explain(&crash);
  written->what = true;
  if (has_a_place()) where(&written->where);
  written->where = true;
}

/* The end of the child, also as the handler of its own faults. */
static _Noreturn void end_child(int number) {
  (void)number;
  if (!written->where) write_lines();
  if (options.registers) report_registers(&crash);
  _exit(0);
}

/* The code that ran is in no file: a jump went wrong, or it was made by the program.
 * The caller is what one wants to know: its address is the next one on the stack. */
static void step_back_to_caller(void) {
  static struct surroundings stack;
  static struct image image;
  static ucontext_t before;
  ucontext_t *context = on_stack;
  if (image_find(arch_pc(context), &image) || strcmp(code.at.name, "[vdso]") == 0) return;
  if (maps_around(arch_sp(context), &stack) && !stack.at.readable) return;
  if (code.at.executable) trace_add(arch_pc(context));
  before = *context; /* for the explanation; unwinding starts with the one on the stack */
  crash.context = &before;
  /* A jump to data came from a call just now; code may have put more on the stack. */
  arch_step_back_to_caller(context, code.at.executable ? stack.at.end : arch_sp(context), maps_is_code);
}

/* What is at the program counter, which step_back_to_caller wants to know as well. */
static void copy_code(void) {
  enum { LONGEST_INSTRUCTION = 15 };
  static unsigned char copy[2 * LONGEST_INSTRUCTION];
  uintptr_t pc = arch_pc(on_stack);
  maps_around(pc, &code);
  size_t length = code.at.end - pc < LONGEST_INSTRUCTION ? code.at.end - pc : LONGEST_INSTRUCTION;
  crash.code = copy;
  if (code.at.readable) memcpy(copy, (const void *)pc, length);
}

static void work(void) {
  if (start_is_long_ago()) options.symbolize = 0;
  park_other_threads(crash.process, crash.thread); /* again, as this process has descriptors left for it */
  if (on_stack) copy_code();
  if (on_stack && has_a_place()) step_back_to_caller();
  if (has_a_place()) unwind(false);
  end_child(0);
}

/* A page that both processes see, in a place that is the library's anyway: no hole in the program's
 * memory is filled before somebody has looked at it. False if it is for this process only. */
static bool share_written(void) {
  enum { LARGEST_PAGE = 65536, FLAGS = MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED };
  static char room[2 * LARGEST_PAGE];
  static __typeof__(*written) here;
  uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE), start = ((uintptr_t)room + page - 1) / page * page;
  void *shared = mmap((void *)start, page, PROT_READ | PROT_WRITE, FLAGS, -1, 0);
  written = shared == MAP_FAILED ? &here : shared;
  return shared != MAP_FAILED;
}

void tell(const struct crash *this_crash) {
  crash = *this_crash;
  on_stack = crash.context;
  park_other_threads(crash.process, crash.thread);
  if (share_written()) run_in_child(work, end_child);
  if (written->where) return;
  trace.late = milliseconds_left() == 0;
  options.symbolize = 0; /* this process runs no program, and opens no file */
  write_lines();
}
