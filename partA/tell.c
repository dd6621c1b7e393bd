/* The report after its kind line. One child explains, unwinds, asks addr2line
 * and writes its lines itself; if it dies, or cannot be made, this process
 * writes what is still missing and can be known without risk. */
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "internal.h"

static struct crash crash;
static ucontext_t *on_stack;     /* where unwinding begins */
static struct surroundings code; /* around the program counter */
static bool parked;

/* What has been written, in memory that both processes see. */
static volatile struct { bool what, where; } * written;

/* A signal that was sent tells nothing about the place, unless the program sent it itself. */
static bool has_a_place(void) {
  return !crash.info || crash.info->si_code > 0 || sender(crash.info) == crash.process;
}

/* With as many calls as unwinding has found; at least the first is known. This is also the handler of the
 * child's own faults: what was in the middle of its line then is forgotten. */
static _Noreturn void write_lines(int number) {
  (void)number;
  report_forget();
  if (trace.count == 0 && on_stack) trace_add(arch_pc(on_stack));
  if (!written->what) explain(&crash);
  written->what = true;
  if (!written->where && has_a_place()) where(&written->where);
  written->where = true;
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
  if (!parked) park_other_threads(crash.process, crash.thread);
  if (on_stack) copy_code();
  if (on_stack && has_a_place()) step_back_to_caller();
  if (has_a_place()) unwind();
  write_lines(0);
}

/* A page that both processes see, in a place that is the library's anyway: no hole in the program's
 * memory is filled before somebody has looked at it. */
static void *shared_page(void) {
  enum { LARGEST_PAGE = 65536 };
  static char room[2 * LARGEST_PAGE];
  uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE), start = ((uintptr_t)room + page - 1) / page * page;
  int flags = MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED;
  return mmap((void *)start, page, PROT_READ | PROT_WRITE, flags, -1, 0);
}

void tell(const struct crash *this_crash) {
  static __typeof__(*written) here;
  crash = *this_crash;
  on_stack = crash.context;
  parked = park_other_threads(crash.process, crash.thread);
  written = shared_page();
  bool mapped = written != MAP_FAILED;
  if (!mapped) written = &here;
  bool late = mapped && !run_in_child(work, write_lines);
  if (!written->what) explain(&crash);
  if (written->where || !has_a_place()) return;
  if (crash.context) trace_add(arch_pc(crash.context));
  where_without_child(late);
}
