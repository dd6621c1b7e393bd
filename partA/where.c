/* The line "Where", and with backtrace=1 every call behind it. A first child
 * unwinds the stack, a second one runs addr2line; this side only gathers what
 * they found and writes it. Async-signal-safe. */
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "internal.h"

static struct frame frames[FRAMES_MAX];
static unsigned frame_count;

/* What addr2line knows of each frame; empty strings where it knows nothing. */
static struct {
  bool asked; /* addr2line gave an answer */
  char function[128], line[PATH_BYTES];
} symbols[FRAMES_MAX];

static char working_directory[PATH_BYTES];

/* Writes a number for addr2line's arguments. */
static char *hex(uintptr_t number) {
  static char text[3 * FRAMES_MAX][20];
  static unsigned used;
  char *digit = text[used++ % (3 * FRAMES_MAX)] + 19;
  do {
    *--digit = "0123456789abcdef"[number & 15];
    number >>= 4;
  } while (number > 0);
  return digit;
}

static bool in_same_file(unsigned a, unsigned b) {
  return strcmp(frames[a].file, frames[b].file) == 0;
}

/* In a child: runs addr2line for all frames of one file. Each is asked for
 * three times: its pc, and the first byte of its function and the byte before.
 * Not this child becomes addr2line, but a child of its own: exec turns the exit
 * signal back to SIGCHLD, and the program would notice. */
static void run_addr2line(void *argument) {
  static char path[sizeof "PATH=" + sizeof at_start.search_path] = "PATH=", locale[] = "LC_ALL=C";
  static char *environment[] = {path, locale, NULL};
  static char program[] = "addr2line", flags[] = "-Cfe";
  static char *arguments[4 + 3 * FRAMES_MAX] = {program, flags};
  unsigned first = *(unsigned *)argument, used = 3;
  arguments[2] = frames[first].file;
  for (unsigned i = first; i < frame_count; i++) {
    if (!in_same_file(first, i)) continue;
    arguments[used++] = hex(frames[i].offset);
    arguments[used++] = hex(frames[i].function);
    arguments[used++] = hex(frames[i].function - 1);
  }
  strcat(path, at_start.search_path);
  environ = environment; /* execvpe searches its PATH */
  pid_t pid = vfork();
  if (pid == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL); /* at the deadline, only its parent is killed */
    execvpe(program, arguments, environment);
    _exit(127);
  }
  waitpid(pid, NULL, 0);
}

/* Cuts the next line off a text; NULL if there is none. */
static char *next_line(char **rest) {
  char *line = *rest, *end = line ? strchr(line, '\n') : NULL;
  if (!end) return NULL;
  *end = 0;
  *rest = end + 1;
  return line;
}

/* Takes one frame's six lines (three times function and place). A name that
 * the byte before the function has as well is only the nearest one below: not known. */
static void take_answer(unsigned i, char **rest) {
  char *lines[6];
  for (unsigned k = 0; k < 6; k++) {
    lines[k] = next_line(rest);
    if (!lines[k]) return;
  }
  symbols[i].asked = lines[0][0] && lines[1][0];
  char *end = strstr(lines[1], " (discriminator");
  if (end) *end = 0;
  bool line_known = !strstr(lines[1], ":?") && !strstr(lines[1], "??") && !strstr(lines[1], ":0");
  bool name_known = frames[i].function && strcmp(lines[2], lines[4]) != 0 && strcmp(lines[0], lines[2]) == 0;
  size_t directory = strlen(working_directory);
  if (line_known) {
    bool inside =
        directory > 1 && strncmp(lines[1], working_directory, directory) == 0 && lines[1][directory] == '/';
    copy_text(symbols[i].line, sizeof symbols[i].line, lines[1] + (inside ? directory + 1 : 0));
  }
  if ((line_known || name_known) && lines[0][0] != '?') {
    copy_text(symbols[i].function, sizeof symbols[i].function, lines[0]);
  }
}

/* Asks about all frames of the file of one. */
static void symbolize(unsigned first) {
  static char answer[1 << 20]; /* C++ names have thousands of bytes; unused pages cost nothing */
  ssize_t length = run_in_child(run_addr2line, &first, answer, sizeof answer - 1);
  answer[length > 0 ? length : 0] = 0;
  char *rest = answer;
  for (unsigned i = first; i < frame_count; i++) {
    if (in_same_file(first, i)) take_answer(i, &rest);
  }
}

/* FUNCTION at FILE:LINE  (PROGRAM+0xOFFSET), as far as it is known. */
static void report_function(unsigned i) {
  const char *function = symbols[i].function, *line = symbols[i].line, *file = base_name(frames[i].file);
  bool named = *function || *line;
  report("%s%s%s%s", function, *function && *line ? " at " : "", line, named ? "  (" : "");
  report("%s+0x%lx%s", file, (unsigned long)frames[i].offset, named ? ")" : "");
}

/* Has the path a character that means something to a shell? */
static bool needs_quotes(const char *path) {
  for (; *path; path++) {
    if (strchr(" \t\"$&()*;<>?[\\]`{|}~#!", *path)) return true;
  }
  return false;
}

static void report_where(unsigned own) {
  const struct frame *frame = &frames[own];
  const char *innermost = frames[0].file[0] ? base_name(frames[0].file) : "code that is in no file";
  report_label("Where: ");
  if (own > 0) report("in %s, called from ", frame->called[0] ? frame->called : innermost);
  report_function(own);
  if (!frame->own) {
    report("; it is not known who called it.");
  } else if (!symbols[own].line[0]) {
    report(symbols[own].asked ? "; built with -g, this would tell the line: " : "; this tells the line: ");
    const char *quote = needs_quotes(frame->file) ? "'" : "";
    report("addr2line -Cfe %s%s%s 0x%lx", quote, frame->file, quote, (unsigned long)frame->offset);
  }
  report_send();
}

static void report_backtrace(void) {
  for (unsigned i = 0; i < frame_count; i++) {
    bool imported = i + 1 < frame_count && frames[i + 1].called[0] && !symbols[i].line[0];
    if (imported) strcpy(symbols[i].function, frames[i + 1].called); /* rather than an alias */
    report("  #%lu ", (unsigned long)i);
    if (frames[i].file[0]) {
      report_function(i);
    } else {
      report("0x%lx", (unsigned long)frames[i].pc);
    }
    report_send();
  }
}

/* Without a child, or if it did not come far: at least where the crash itself was. */
static void find_frames(ucontext_t *context) {
  ssize_t got = run_in_child(unwind_in_child, context, frames, sizeof frames);
  frame_count = got > 0 ? (unsigned)((size_t)got / sizeof *frames) : 0;
  if (frame_count > 0) return;
  frames[0].pc = arch_pc(context);
  if (frame_resolve(&frames[0])) frame_count = 1;
}

void where(ucontext_t *context, bool jumped) {
  static struct surroundings stack;
  bool have_maps = maps_around(arch_sp(context), &stack);
  if (jumped && stack.at.readable) arch_step_back_to_caller(context);
  find_frames(context);
  unsigned own = 0;
  while (own < frame_count && !frames[own].own) own++;
  if (own == frame_count) own = 0;
  if (!getcwd(working_directory, sizeof working_directory)) working_directory[0] = 0;
  for (unsigned i = 0; i < frame_count && options.symbolize; i++) {
    bool asked = !frames[i].file[0] || (!options.backtrace && i != own);
    for (unsigned k = 0; k < i && !asked; k++) asked = in_same_file(k, i);
    if (!asked) symbolize(i);
  }
  if (frame_count > 0 && frames[own].file[0]) {
    report_where(own);
  } else {
    report_label("Where: ");
    report(!have_maps ? "not known; /proc/self/maps cannot be read."
           : jumped   ? "not known; the stack does not tell where the jump came from."
                      : "not known; the code that ran is in no file.");
    report_send();
  }
  if (options.backtrace) report_backtrace();
}
