/* The line "Where", and with backtrace=1 every call behind it. A first child
 * unwinds the stack, a second one runs addr2line; this side only gathers what
 * they found and writes it. Async-signal-safe. */
#include <fcntl.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "internal.h"

static struct frame frames[FRAMES_MAX];
static unsigned frame_count;

static char working_directory[PATH_BYTES];

/* Has the file been deleted since it was mapped? Then the kernel gives it a name that no file has. */
static bool is_gone(const char *file) {
  return access(file, F_OK) != 0;
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
  static char program[] = "addr2line", flags[] = "-Cfe", standard_input[] = "/proc/self/fd/0";
  static char numbers[3 * FRAMES_MAX][20];
  static char *arguments[4 + 3 * FRAMES_MAX] = {program, flags};
  unsigned first = *(unsigned *)argument, used = 0;
  arguments[2] = frames[first].file;
  if (is_gone(frames[first].file) && is_program(frames[first].file)) {
    open("/proc/self/exe", O_RDONLY); /* is there as long as the program runs; becomes standard input */
    arguments[2] = standard_input;
  }
  for (unsigned i = first; i < frame_count; i++) {
    if (!in_same_file(first, i)) continue;
    uintptr_t addresses[] = {frames[i].offset, frames[i].function, frames[i].function - 1};
    for (unsigned k = 0; k < 3; k++, used++) {
      arguments[3 + used] = write_number(numbers[used] + sizeof numbers[used] - 1, addresses[k], 16);
    }
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

/* Takes one frame's six lines (three times function and place) off the answer.
 * A name that the byte before the function has as well is only the nearest one
 * below: not known. */
static void take_answer(struct frame *frame, char **rest) {
  char *lines[6];
  for (unsigned k = 0; k < 6; k++) {
    lines[k] = strtok_r(NULL, "\n", rest);
    if (!lines[k]) return;
  }
  frame->answered = true;
  char *end = strstr(lines[1], " (discriminator");
  if (end) *end = 0;
  bool line_known = !strstr(lines[1], ":?") && !strstr(lines[1], "??") && !strstr(lines[1], ":0");
  bool name_known = frame->function && strcmp(lines[2], lines[4]) != 0 && strcmp(lines[0], lines[2]) == 0;
  size_t length = strlen(working_directory);
  bool inside = length > 1 && strncmp(lines[1], working_directory, length) == 0 && lines[1][length] == '/';
  if (line_known) copy_text(frame->line, sizeof frame->line, lines[1] + (inside ? length + 1 : 0));
  if ((line_known || name_known) && lines[0][0] != '?') copy_text(frame->name, sizeof frame->name, lines[0]);
}

/* Asks about all frames of one file, of which this is the first. */
static void symbolize(unsigned first) {
  static char answer[1 << 20]; /* C++ names have thousands of bytes; unused pages cost nothing */
  ssize_t length = run_in_child(run_addr2line, &first, answer, sizeof answer - 1);
  answer[length > 0 ? length : 0] = 0;
  char *rest = answer;
  for (unsigned i = first; i < frame_count; i++) {
    if (in_same_file(first, i)) take_answer(&frames[i], &rest);
  }
}

/* FUNCTION at FILE:LINE  (PROGRAM+0xOFFSET), as far as it is known. */
static void report_function(const struct frame *frame) {
  bool named = frame->name[0] || frame->line[0];
  report("%s%s%s%s", frame->name, frame->name[0] && frame->line[0] ? " at " : "", frame->line,
         named ? "  (" : "");
  report("%s+0x%lx%s", base_name(frame->file), (unsigned long)frame->offset, named ? ")" : "");
}

static void report_where(const struct frame *own) {
  const char *innermost = frames[0].file[0] ? base_name(frames[0].file) : "code that is in no file";
  report_label("Where: ");
  if (own > frames) report("in %s, called from ", own->called[0] ? own->called : innermost);
  report_function(own);
  if (!own->own) {
    report("; it is not known who called it.");
  } else if (!own->line[0] && is_gone(own->file)) {
    report("; the file has been deleted, and nothing can tell the line any more.");
  } else if (!own->line[0]) {
    report(own->answered ? "; built with -g, this would tell the line: " : "; this tells the line: ");
    const char *quote = strpbrk(own->file, " \t\"$&()*;<>?[\\]`{|}~#!") ? "'" : "";
    report("addr2line -Cfe %s%s%s 0x%lx", quote, own->file, quote, (unsigned long)own->offset);
  }
  report_send();
}

static void report_backtrace(void) {
  for (unsigned i = 0; i < frame_count; i++) {
    struct frame *frame = &frames[i];
    const char *called = i + 1 < frame_count ? frame[1].called : "";
    if (*called && !frame->line[0]) strcpy(frame->name, called); /* rather than an alias */
    report("  #%lu ", (unsigned long)i);
    if (frame->file[0]) report_function(frame);
    if (!frame->file[0]) report("0x%lx", (unsigned long)frame->pc);
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
    unsigned first = 0;
    while (!in_same_file(first, i)) first++;
    if (first == i && frames[i].file[0] && (options.backtrace || i == own)) symbolize(i);
  }
  if (frame_count > 0 && frames[own].file[0]) {
    report_where(&frames[own]);
  } else {
    report_label("Where: ");
    report(!have_maps ? "not known; /proc/self/maps cannot be read."
           : jumped   ? "not known; the stack does not tell where the jump came from."
                      : "not known; the code that ran is in no file.");
    report_send();
  }
  if (options.backtrace) report_backtrace();
}
