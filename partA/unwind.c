/* Which calls led here. It reads memory that a crash may have left in any state:
 * for the child only, which survives that. For each call it finds the file, the
 * offset that addr2line wants, and under which name the program called the library. */
#include <unwind.h>

#include "internal.h"

enum { OWN_FRAMES_ENOUGH = 16 }; /* without backtrace=1: functions of headers, and who called them */

struct trace trace;

/* Called by the unwinder when all is lost. The C library's abort may signal the
 * crashed thread in the parent instead (musl remembers the thread's id), so this
 * one is linked in its place, for this library only. */
__attribute__((visibility("hidden"))) _Noreturn void abort(void) {
  __builtin_trap();
}

static struct image here;

bool trace_add(uintptr_t pc) {
  struct frame *frame = &trace.frames[trace.count];
  if (trace.count == FRAMES_MAX) return false;
  memset(frame, 0, sizeof *frame);
  frame->pc = pc;
  bool found = image_find(pc, &here);
  if (found) {
    frame->offset = pc - here.bias;
    frame->own = here.own;
    strcpy(frame->file, here.path);
  }
  trace.count++;
  return found;
}

struct walk {
  bool beyond;  /* see unwind */
  bool crashed; /* past the frames of the signal handler itself */
  unsigned own;
  uintptr_t callee, callee_base; /* where the function called from this frame, and its file, start */
};

static bool is_known(uintptr_t pc) {
  unsigned i = 0;
  while (i < trace.count && trace.frames[i].pc != pc) i++;
  return i < trace.count;
}

static _Unwind_Reason_Code visit_frame(struct _Unwind_Context *context, void *argument) {
  struct walk *walk = argument;
  int exact = 0;
  uintptr_t pc = _Unwind_GetIPInfo(context, &exact);
  if (exact) walk->crashed = true;
  if (!walk->crashed) return _URC_NO_REASON;
  if (pc == 0 || trace.count == FRAMES_MAX) return _URC_END_OF_STACK;
  if (walk->beyond && is_known(exact ? pc : pc - 1)) return _URC_NO_REASON;
  struct frame *frame = &trace.frames[trace.count];
  bool found = trace_add(exact ? pc : pc - 1); /* a return address belongs to the line after the call */
  frame->stack = _Unwind_GetCFA(context);
  if (found && walk->callee && walk->callee_base != here.base) {
    uintptr_t slot = exact ? 0 : arch_call_slot(pc, here.start, here.end);
    image_import_name(&here, slot, walk->callee, frame->called, sizeof frame->called);
  }
  walk->callee = _Unwind_GetRegionStart(context);
  walk->callee_base = found ? here.base : 0;
  walk->own += frame->own;
  /* Deep in libraries, the one called last and the program's own are enough. */
  bool skipped = !options.backtrace && trace.count > SHOWN_MAX / 2 && !frame->own;
  if (skipped) trace.count--;
  bool enough = trace.count == SHOWN_MAX || (!options.backtrace && walk->own == OWN_FRAMES_ENOUGH);
  trace.cut |= enough && !walk->beyond;
  return enough && !walk->beyond ? _URC_END_OF_STACK : _URC_NO_REASON;
}

void unwind(bool beyond) {
  static struct walk walk;
  walk = (struct walk){.beyond = beyond};
  trace.cut = false;
  _Unwind_Backtrace(visit_frame, &walk);
  if (!beyond) trace.shown = trace.count;
}
