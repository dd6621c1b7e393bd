/* The line "Where", with the source line below it, and with backtrace=1 every
 * call behind it. */
#include <string.h>
#include <unistd.h>

#include "internal.h"

/* The place to name: the first line outside of headers, outward from the program's innermost frame. */
struct find {
  struct frame *frame;
  struct place place;
  char header[sizeof((struct place *)0)->name]; /* what that line called in a header; "" if nothing */
};

static bool find_place(struct frame *own, bool in_headers, struct find *find) {
  find->header[0] = 0;
  for (struct frame *frame = own; frame < trace.frames + trace.count; frame++) {
    char *answer = frame->answer;
    find->frame = frame;
    while (frame->own && place_next(&answer, &find->place)) {
      if (find->place.line > 0 && (in_headers || !place_is_header(&find->place))) return true;
      strcpy(find->header, find->place.name);
    }
  }
  return false;
}

/* The name of a function: addr2line's, if that is sure, without asking more than once. */
static const char *frame_name(const struct frame *frame) {
  static struct place place;
  char *answer = frame->answer;
  bool answered = place_next(&answer, &place) && (place.line > 0 || frame->symbol[0]) && place.name[0];
  return answered ? place.name : frame->symbol;
}

static void report_program(const struct frame *frame, bool named) {
  const char *file = base_name(frame->file);
  report("%s%s+0x%lx%s", named ? "  (" : "", file, (unsigned long)frame->offset, named ? ")" : "");
}

static void report_command(const struct frame *frame) {
  const char *quote = strpbrk(frame->file, " \t\"$&()*;<>?[\\]`{|}~#!") ? "'" : "";
  report("addr2line -Cfie %s%s%s 0x%lx", quote, frame->file, quote, (unsigned long)frame->offset);
}

static void report_unknown_line(const struct frame *frame, bool late) {
  const char *answer = frame->answer ? frame->answer : "";
  if (!frame->own) {
    report(late ? "; time ran out before it was known who called it."
           : calls_end_with_main()
               ? "; who called it is not known, as the last call of a function leaves no trace with -O2."
               : "; it is not known who called it.");
  } else if (is_gone(frame->file)) {
    report("; the file has been deleted, and nothing can tell the line any more.");
  } else if (*answer && !strstr(answer, "??:")) {
    report("; the compiler has noted no line for it.");
  } else {
    report(late      ? "; time ran out; this tells the line: "
           : *answer ? "; built with -g, this would tell the line: "
                     : "; this tells the line: ");
    report_command(frame);
  }
}

/* A name that the loader knows is given in full only by who knows the library. */
static const char *plain_name(struct frame *caller, const char *name) {
  if (known_as(name)) return known_as(name);
  if (strncmp(name, "_Z", 2) != 0 || !options.symbolize || caller == trace.frames) return name;
  struct frame *library = caller - 1;
  symbol_find(library);
  if (!library->answer) symbolize(library);
  const char *plain = frame_name(library);
  return *plain ? plain : name;
}

static void report_where(struct frame *own, bool late) {
  static struct find find;
  static char called[sizeof own->called];
  bool found = find_place(own, false, &find) || find_place(own, true, &find);
  struct frame *frame = found ? find.frame : own;
  copy_text(called, sizeof called, plain_name(own, own->called));
  const char *innermost = own > trace.frames ? calls_innermost() : "", *last = "";
  const char *in[] = {strcmp(innermost, own->called) == 0 ? called : innermost, called,
                      found ? find.header : ""};
  report_label("Where: ");
  for (unsigned i = 0; i < sizeof in / sizeof *in; i++) {
    if (!*in[i] || strcmp(in[i], last) == 0) continue;
    report("%s%s", *last ? ", called from " : "in ", in[i]);
    last = in[i];
  }
  const char *name = found ? find.place.name : frame_name(frame);
  report("%s%s", *last ? ", called from " : "", name);
  if (found) report("%s%s:%lu", *name ? " at " : "", find.place.file, find.place.line);
  report_program(frame, found || *name);
  if (!found) report_unknown_line(frame, late);
  report_send();
  if (found) place_report_source(&find.place, frame->file);
}

/* Each call, and before it what the compiler has put into it. */
static void report_backtrace(void) {
  static struct place place;
  for (unsigned i = 0; i < trace.count; i++) {
    struct frame *frame = &trace.frames[i];
    const char *called = i + 1 < trace.count ? frame[1].called : "", *name = frame_name(frame);
    char *answer = frame->answer;
    bool any = false;
    while (place_next(&answer, &place)) {
      if (place.line == 0) continue;
      report("  #%lu %s at %s:%lu", (unsigned long)i, place.name, place.file, place.line);
      report_program(frame, true);
      report_send();
      any = true;
    }
    if (any) continue;
    if (*called) name = called; /* rather than an alias */
    report("  #%lu %s", (unsigned long)i, frame->file[0] ? name : "");
    if (frame->file[0]) report_program(frame, *name);
    if (!frame->file[0]) report("0x%lx", (unsigned long)frame->pc);
    report_send();
  }
}

static void report_unknown_place(void) {
  report_label("Where: ");
  report("not known; the code that ran is in no file, and the stack does not tell who called it.");
  report_send();
}

/* Names of functions are quick to find, lines are not. */
static void find_names(struct frame *own, bool *late) {
  for (unsigned i = 0; i < trace.count; i++) {
    struct frame *frame = &trace.frames[i];
    if (frame->file[0] && (frame == own || options.backtrace)) symbol_find(frame);
  }
  for (unsigned i = 0; i < trace.count && options.symbolize && !*late; i++) {
    struct frame *frame = &trace.frames[i];
    bool wanted = options.backtrace || strcmp(frame->file, own->file) == 0;
    if (frame->file[0] && wanted && !frame->answer) *late = !symbolize(frame);
  }
}

void where(bool alone, bool late) {
  struct frame *own = calls_own();
  if (own->file[0]) {
    if (!alone) find_names(own, &late);
    report_where(own, late);
  } else {
    report_unknown_place();
  }
  if (options.backtrace && !alone) report_backtrace();
}
