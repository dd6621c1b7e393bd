/* The line "Where", with the source line below it, and with backtrace=1 every
 * call behind it. */
#include "internal.h"

/* The place to name: the first line outside of headers, outward from the program's innermost frame. */
struct find {
  struct frame *frame;
  struct place place;
  char header[sizeof((struct place *)0)->name]; /* what that line called in a header; "" if nothing */
  bool in_header;                               /* there are lines of headers only */
};

/* Asks about the files of the program's own code as far as that is needed. */
static bool find_place(struct frame *own, struct find *find) {
  find->header[0] = 0;
  for (struct frame *frame = own; frame < trace.frames + trace.count; frame++) {
    if (!frame->own) continue;
    symbolize(frame);
    char *answer = frame->answer;
    find->frame = frame;
    while (place_next(&answer, &find->place)) {
      if (find->place.line > 0 && (find->in_header || !place_is_header(&find->place))) return true;
      strcpy(find->header, find->place.name);
    }
  }
  return false;
}

/* The line of a header is better than none, but it is not the program's. */
static bool find_any_place(struct frame *own, struct find *find) {
  if (find_place(own, find)) return true;
  if (trace.cut) unwind(true);
  find->in_header = !find_place(own, find);
  return !find->in_header || find_place(own, find);
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

/* The file's name may hold anything, and goes into somebody's shell. */
static void report_command(const struct frame *frame) {
  report("addr2line -Cfie '");
  for (const char *rest = frame->file, *quote; *rest; rest = quote + (*quote == '\'')) {
    quote = strchrnul(rest, '\'');
    report_bytes(rest, (size_t)(quote - rest));
    if (*quote) report("'\\''");
  }
  report("' 0x%lx", (unsigned long)frame->offset);
}

static void report_unknown_line(const struct frame *frame) {
  static const char artificial[] = "/<artificial>:"; /* what -flto puts in place of the file */
  const char *name = frame->answer ? frame->answer : "", *place = name + strcspn(name, "\n");
  const char *why = *place ? "built with -g, this would tell the line: " : "this tells the line: ";
  const char *lost = strstr(place, artificial);
  bool noted = *place && place[1] != '?', nameless = lost && !memchr(place + 1, '\n', (size_t)(lost - place));
  if (!frame->own) {
    report("; %s known who called it.", trace.late ? "time ran out before it was" : "it is not");
  } else if (strstr(frame->file, " (deleted)")) {
    report("; the file has been deleted, and nothing can tell the line any more.");
  } else if (nameless) {
    lost += strlen(artificial);
    report("; line %lu of its file, whose name -flto has lost.", (unsigned long)take_number(&lost, 10));
  } else if (noted) {
    report("; the compiler has noted no line for it.");
  } else {
    report("; %s", trace.late ? "time ran out; this tells the line: " : why);
    report_command(frame);
  }
}

static void report_where(struct frame *own, volatile bool *named) {
  static struct find find;
  static char called[sizeof own->called];
  bool found = find_any_place(own, &find);
  struct frame *frame = found ? find.frame : own;
  char *imported = calls_called();
  const char *known = known_as(imported);
  copy_text(called, sizeof called, known ? known : symbol_plain(imported));
  const char *innermost = own > trace.frames ? calls_innermost() : "", *last = "";
  const char *in[] = {strcmp(innermost, own->called) == 0 ? called : innermost, called,
                      found ? find.header : ""};
  for (unsigned i = 0; i < sizeof in / sizeof *in; i++) {
    if (!*in[i] || strcmp(in[i], last) == 0) continue;
    report("%s%s", *last ? ", called from " : "in ", in[i]);
    last = in[i];
  }
  const char *name = found ? find.place.name : frame_name(frame);
  report("%s%s", *last ? ", called from " : "", name);
  if (found) report("%s%s:%lu", *name ? " at " : "", find.place.file, find.place.line);
  report_program(frame, found || *name);
  if (!found) report_unknown_line(frame);
  if (found && find.in_header) report(", in a header; which line of the program led there is not known.");
  report_send();
  *named = true;
  if (found && !find.in_header) place_report_source(&find.place, frame);
}

/* Each call, and before it what the compiler has put into it. */
static void report_backtrace(void) {
  static struct place place;
  for (unsigned i = 0; i < trace.shown; i++) {
    struct frame *frame = &trace.frames[i];
    const char *called = i + 1 < trace.shown ? frame[1].called : "", *name = frame_name(frame);
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

/* Names of functions are quick to find, lines are not. */
static void find_names(struct frame *own) {
  for (struct frame *frame = trace.frames; frame < trace.frames + trace.count; frame++) {
    if (!frame->file[0] || !(frame == own || options.backtrace)) continue;
    symbol_find(frame);
    symbolize(frame);
  }
}

void where(volatile bool *named) {
  struct frame *own = calls_own();
  find_names(own);
  report_label("Where: ");
  if (own->file[0]) {
    report_where(own, named);
  } else {
    report("not known; the code that ran is in no file, and the stack does not tell who called it.");
    report_send();
  }
  if (options.backtrace) report_backtrace();
}
