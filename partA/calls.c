/* Between the program's own code and the crash: which functions of libraries were called. */
#include <string.h>

#include "internal.h"

/* What calls main is in the program's file, but not what people call the program. */
static bool starts_main(const struct frame *frame) {
  return strcmp(frame->called, "__libc_start_main") == 0;
}

bool calls_end_with_main(void) {
  return trace.count > 1 && starts_main(&trace.frames[trace.count - 1]);
}

struct frame *calls_own(void) {
  for (struct frame *frame = trace.frames; frame < trace.frames + trace.count; frame++) {
    if (frame->own && !starts_main(frame)) return frame;
  }
  return trace.frames;
}

const char *calls_called(void) {
  struct frame *own = calls_own();
  if (own == trace.frames || own->called[0]) return own->called;
  symbol_find(own - 1); /* reached by a last call of what the program called, which left no trace */
  copy_text(own->called, sizeof own->called, own[-1].symbol);
  return own->called[0] ? own->called : base_name(own[-1].file);
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

unsigned calls_subject(void) {
  unsigned found = is_one_of(calls_called(), FREE_FUNCTIONS) ? SUBJECT_GIVEN : 0;
  if (calls_passed(HEAP_FUNCTIONS)) found |= SUBJECT_HEAP;
  if (calls_passed("str* *printf *puts")) found |= SUBJECT_TEXT;
  if (calls_passed("*scanf")) found |= SUBJECT_SCAN;
  if (calls_passed("fget* fput* fread* fwrite* fscanf fprintf fclose feof* fseek* ftell* fflush* getc* putc* "
                   "getline getdelim ungetc rewind"))
    found |= SUBJECT_FILE;
  return found;
}
