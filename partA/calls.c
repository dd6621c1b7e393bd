/* Between the program's own code and the crash: which functions of libraries were called. */
#include "internal.h"

/* What calls main is in the program's file, but not what people call the program. */
struct frame *calls_own(void) {
  for (struct frame *frame = trace.frames; frame < trace.frames + trace.count; frame++) {
    if (frame->own && strcmp(frame->called, "__libc_start_main") != 0) return frame;
  }
  return trace.frames;
}

char *calls_called(void) {
  struct frame *own = calls_own();
  if (own == trace.frames || own->called[0]) return own->called;
  symbol_find(own - 1); /* reached by a last call of what the program called, which left no trace */
  copy_text(own->called, sizeof own->called, own[-1].symbol);
  return own->called;
}

const char *calls_innermost(void) {
  for (struct frame *frame = trace.frames + 1; frame <= calls_own(); frame++) {
    if (frame->called[0]) return frame->called;
  }
  return trace.frames->file[0] ? base_name(trace.frames->file) : "code that is in no file";
}

bool calls_passed(const char *patterns) {
  struct frame *own = calls_own(), *end = trace.frames + trace.count;
  for (struct frame *frame = trace.frames; frame < (own->own ? own : end); frame++) {
    symbol_find(frame);
    if (is_one_of(frame->symbol, patterns)) return true;
    if (frame + 1 < end && is_one_of(frame[1].called, patterns)) return true;
  }
  return false;
}
