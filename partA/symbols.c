/* Names and lines of frames: from the symbol table of the file, which is quick,
 * and from addr2line, which knows more; and the line itself, from the source.
 * For the child only. */
#include <sys/mman.h>
#include <sys/stat.h>

#include "internal.h"

void symbol_find(struct frame *frame) {
  if (frame->looked_up) return;
  frame->looked_up = true;
  int file = open_mapped(frame->file, frame->pc);
  if (file >= 0) table_find(file, frame->offset, frame->symbol, sizeof frame->symbol);
  close(file);
}

/* All behave like the first if they are called by its name. */
static const char *const programs[] = {"addr2line", "eu-addr2line", "llvm-symbolizer", NULL};

static const struct frame *asked;

static int open_asked(void) {
  return open_mapped(asked->file, asked->pc);
}

void symbolize(struct frame *first) {
  static char words[][16] = {"addr2line", "-a", "-C", "-f", "-i", "-e", "/proc/self/fd/0"};
  static char numbers[FRAMES_MAX][20];
  static char *arguments[sizeof words / sizeof *words + FRAMES_MAX + 1];
  static char answers[1 << 20]; /* C++ names have thousands of bytes; unused pages cost nothing */
  static size_t used_before;
  char *answer = answers + used_before, **end = arguments;
  if (first->answer || trace.late || !options.symbolize || used_before == sizeof answers) return;
  for (unsigned i = 0; i < sizeof words / sizeof *words; i++) *end++ = words[i];
  for (struct frame *frame = first; frame < trace.frames + trace.count; frame++) {
    if (strcmp(frame->file, first->file) == 0)
      *end++ = strcpy(numbers[frame - trace.frames], number_text(frame->offset, 16));
  }
  *end = NULL;
  asked = first;
  trace.late = !run_program(programs, arguments, open_asked, answer, sizeof answers - used_before);
  if (trace.late) *answer = 0;
  used_before += strlen(answer) + 1;
  for (struct frame *frame = first; frame < trace.frames + trace.count; frame++) {
    if (strcmp(frame->file, first->file) != 0) continue;
    while (*answer && strncmp(answer, "0x", 2) != 0) take_line(&answer, NULL, 0);
    take_line(&answer, NULL, 0); /* the address, which -a puts before each frame's lines */
    frame->answer = answer;
  }
}

/* Takes word off the text, if it begins with it. */
static bool skip_word(const char **text, const char *word) {
  bool there = strncmp(*text, word, strlen(word)) == 0;
  if (there) *text += strlen(word);
  return there;
}

/* What a C++ name says to people: no arguments, no template arguments, no return type,
 * and std::string for what it is called in full. */
static void shorten(char *to, size_t size, const char *from) {
  enum { ROOM = sizeof "operator->*..." };
  size_t used = 0;
  int depth = 0;
  bool arguments = false, conversion = false;
  while (*from && used + ROOM < size) {
    if (depth > 0 || strchr("<([", *from)) {
      if (depth == 0 && skip_word(&from, "(anonymous namespace)::")) continue;
      arguments |= *from == '(';
      depth += !!strchr("<([", *from) - !!strchr(">)]", *from);
      from++;
    } else if (skip_word(&from, "__cxx11::")) {
      continue;
    } else if (skip_word(&from, "basic_string")) {
      used = (size_t)(stpcpy(to + used, "string") - to);
    } else if (skip_word(&from, "operator")) {
      used = (size_t)(stpcpy(to + used, "operator") - to);
      conversion = *from == ' '; /* to a type, whose name may have spaces; or "new" */
      size_t angles = strspn(from, "<"), rest = strspn(from + angles, ">=+-*/&|^%!~,[]");
      size_t sign = *from == '(' ? 2 : angles + rest;
      for (; sign > 0 && used + sizeof "..." < size; sign--) to[used++] = *from++;
      if (strncmp(from, " <", 2) == 0) from++; /* which keeps "<<" and its template arguments apart */
    } else if ((*from == '.' && used > 0) || (*from == ' ' && arguments)) {
      break; /* what the compiler made of a function; "const" */
    } else if (*from == ' ' && !conversion) {
      used = 0;
      from++;
    } else {
      to[used++] = *from++;
    }
  }
  strcpy(to + used, *from && used + ROOM >= size ? "..." : "");
}

static int open_nothing(void) {
  return open("/dev/null", O_RDONLY);
}

const char *symbol_plain(char *name) {
  static const char *const demanglers[] = {"c++filt", "llvm-cxxfilt", NULL};
  static char answer[8192], plain[128];
  char *arguments[] = {"c++filt", name, NULL};
  if (strncmp(name, "_Z", 2) != 0 || trace.late || !options.symbolize) return name;
  trace.late = !run_program(demanglers, arguments, open_nothing, answer, sizeof answer);
  answer[strcspn(answer, "\n")] = 0;
  shorten(plain, sizeof plain, answer);
  return plain[0] ? plain : name;
}

/* The digits after the last colon, which go; 0 if there are none. */
static unsigned long cut_number(char *place) {
  char *colon = strrchr(place, ':');
  const char *end = colon ? colon + 1 : place;
  unsigned long number = take_number(&end, 10);
  if (!colon || *end || end == colon + 1) return 0;
  *colon = 0;
  return number;
}

static void cut(char *line, const char *from) {
  char *end = strstr(line, from);
  if (end) *end = 0;
}

bool place_next(char **answer, struct place *place) {
  static char line[8192];
  if (!*answer || !**answer || strncmp(*answer, "0x", 2) == 0) return false;
  take_line(answer, line, sizeof line);
  cut(line, " inlined at "); /* eu-addr2line */
  shorten(place->name, sizeof place->name, line[0] == '?' ? "" : line);
  take_line(answer, line, sizeof line);
  cut(line, " (discriminator");
  unsigned long last = cut_number(line), before = cut_number(line); /* eu-addr2line adds the column */
  place->line = line[0] == '?' || *base_name(line) == '<' ? 0 : before ? before : last;
  size_t length = strlen(at_start.directory);
  bool inside = length > 1 && strncmp(line, at_start.directory, length) == 0 && line[length] == '/';
  copy_text(place->file, sizeof place->file, line + (inside ? length + 1 : 0));
  return true;
}

/* A header of the compiler or the system, by the file, or by the function: addr2line 2.40 takes
 * the first header of a C++ program for the program's own file. */
bool place_is_header(const struct place *place) {
  static const char files[] =
      "/usr/include/* /usr/local/include/* /usr/lib* /rustc/* */include/c++/ */lib/gcc/ */lib/clang/";
  return is_one_of(place->file, files) || is_one_of(place->name, "std::* __gnu_cxx::* __gthread_*");
}

/* Whose file may it be? Not a stranger's, to which somebody else's directory has led. And if the source
 * is younger than the program, it is another line. */
static bool is_source(const struct stat *source, const struct stat *program) {
  const struct timespec *changed = &source->st_mtim, *built = &program->st_mtim;
  bool younger = changed->tv_sec > built->tv_sec ||
                 (changed->tv_sec == built->tv_sec && changed->tv_nsec > built->tv_nsec);
  uid_t owner = source->st_uid;
  return S_ISREG(source->st_mode) && source->st_nlink == 1 && source->st_size <= 16 << 20 && !younger &&
         (owner == 0 || owner == geteuid() || owner == program->st_uid);
}

/* The file may be cut short meanwhile, which the child survives. */
void place_report_source(const struct place *place, const struct frame *frame) {
  enum { SIX_DIGITS = 100000, LONGEST = 160 };
  struct stat source, program;
  int file = open_mapped(frame->file, frame->pc);
  bool known = report_may_quote() && fstat(file, &program) == 0;
  close(file);
  if (!known) return;
  file = open_without_links(place->file);
  if (fstat(file, &source) != 0 || !is_source(&source, &program)) return;
  const char *text = mmap(NULL, (size_t)source.st_size, PROT_READ, MAP_PRIVATE, file, 0);
  close(file);
  if (text == MAP_FAILED) return;
  const char *end = text + source.st_size;
  for (unsigned long line = 1; line < place->line; line++) {
    text = memchr(text, '\n', (size_t)(end - text));
    if (!text++) return;
  }
  size_t length = 0;
  while (text + length < end && !strchr("\r\n", text[length]) && length < LONGEST) length++;
  if (length == 0) return;
  for (unsigned long limit = SIX_DIGITS; limit > place->line; limit /= 10) report(" ");
  report("%lu | ", place->line);
  report_bytes(text, length);
  report_send();
}
