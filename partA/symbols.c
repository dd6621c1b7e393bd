/* Names and lines of frames: from the symbol table of the file, which is quick,
 * and from addr2line, which knows more; and the line itself, from the source.
 * For the child only, as it maps files that may be cut short meanwhile. */
#include <fcntl.h>
#include <link.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "internal.h"

/* The file of a program that was deleted while it runs is there as long as it runs. */
static const char *path_to_read(const char *file) {
  static char path[64] = "/proc/";
  if (!is_gone(file) || !is_program(file)) return file;
  strcpy(stpcpy(path + strlen("/proc/"), number_text((uintptr_t)getpid(), 10)), "/exe");
  return path;
}

/* A file's bytes, NULL if it cannot be read. They stay mapped until the child ends. */
struct contents {
  const char *bytes;
  size_t size;
  int64_t changed; /* in nanoseconds */
};

static struct contents file_contents(const char *path) {
  struct contents contents = {0};
  struct stat status;
  int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (file >= 0 && fstat(file, &status) == 0 && S_ISREG(status.st_mode)) {
    contents.size = (size_t)status.st_size;
    contents.changed = (int64_t)status.st_mtim.tv_sec * 1000000000 + status.st_mtim.tv_nsec;
    void *mapping = mmap(NULL, contents.size, PROT_READ, MAP_PRIVATE, file, 0);
    if (mapping != MAP_FAILED) contents.bytes = mapping;
  }
  close(file);
  return contents;
}

void symbol_find(struct frame *frame) {
  const char *bytes = file_contents(path_to_read(frame->file)).bytes;
  if (!bytes) return;
  const ElfW(Ehdr) *header = (const void *)bytes;
  const ElfW(Shdr) *sections = (const void *)(bytes + header->e_shoff), *table = NULL;
  for (unsigned i = 0; header->e_shoff && i < header->e_shnum; i++) {
    bool full = sections[i].sh_type == SHT_SYMTAB;
    if (full || (!table && sections[i].sh_type == SHT_DYNSYM)) table = &sections[i];
    if (full) break;
  }
  const ElfW(Sym) *symbols = table ? (const void *)(bytes + table->sh_offset) : NULL;
  for (size_t i = 0; table && i < table->sh_size / sizeof *symbols; i++) {
    bool function = (symbols[i].st_info & 15) == STT_FUNC;
    if (!function || frame->offset - symbols[i].st_value >= symbols[i].st_size) continue;
    const char *name = bytes + sections[table->sh_link].sh_offset + symbols[i].st_name;
    if (!frame->symbol[0] || name[0] != '_') copy_text(frame->symbol, sizeof frame->symbol, name);
    if (name[0] != '_') break; /* else people may know it by another */
  }
}

/* All behave like the first if they are called by its name. */
static const char *const programs[] = {"addr2line", "eu-addr2line", "llvm-symbolizer", NULL};

bool symbolize(struct frame *first) {
  static char words[][16] = {"addr2line", "-a", "-C", "-f", "-i", "-e"}, numbers[FRAMES_MAX][20];
  static char *arguments[sizeof words / sizeof *words + FRAMES_MAX + 2];
  static char answers[1 << 20]; /* C++ names have thousands of bytes; unused pages cost nothing */
  static size_t used_before;
  char *answer = answers + used_before, **end = arguments;
  for (unsigned i = 0; i < sizeof words / sizeof *words; i++) *end++ = words[i];
  *end++ = (char *)(uintptr_t)path_to_read(first->file);
  for (struct frame *frame = first; frame < trace.frames + trace.count; frame++) {
    if (strcmp(frame->file, first->file) == 0)
      *end++ = strcpy(numbers[frame - trace.frames], number_text(frame->offset, 16));
  }
  *end = NULL;
  bool in_time = run_program(programs, arguments, answer, sizeof answers - used_before);
  if (!in_time) *answer = 0;
  used_before += strlen(answer) + 1;
  for (struct frame *frame = first; frame < trace.frames + trace.count; frame++) {
    if (strcmp(frame->file, first->file) != 0) continue;
    while (*answer && strncmp(answer, "0x", 2) != 0) take_line(&answer, NULL, 0);
    take_line(&answer, NULL, 0); /* the address, which -a puts before each frame's lines */
    frame->answer = answer;
  }
  return in_time;
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
      depth += strchr("<([", *from) ? 1 : 0;
      depth -= strchr(">)]", *from) ? 1 : 0;
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
    } else if (*from == '.' && used > 0) {
      break; /* what the compiler made of a function */
    } else if (*from == ' ' && !conversion) {
      if (arguments) break; /* "const" */
      used = 0;
      from++;
    } else {
      if (arguments && *from == ' ') break;
      to[used++] = *from++;
    }
  }
  strcpy(to + used, *from && used + ROOM >= size ? "..." : "");
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
  static char line[8192], directory[PATH_BYTES];
  if (!*answer || !**answer || strncmp(*answer, "0x", 2) == 0) return false;
  take_line(answer, line, sizeof line);
  cut(line, " inlined at "); /* eu-addr2line */
  shorten(place->name, sizeof place->name, line[0] == '?' ? "" : line);
  take_line(answer, line, sizeof line);
  cut(line, " (discriminator");
  unsigned long last = cut_number(line), before = cut_number(line); /* eu-addr2line adds the column */
  place->line = line[0] == '?' || *base_name(line) == '<' ? 0 : before ? before : last;
  size_t length = getcwd(directory, sizeof directory) ? strlen(directory) : 0;
  bool inside = length > 1 && strncmp(line, directory, length) == 0 && line[length] == '/';
  copy_text(place->file, sizeof place->file, line + (inside ? length + 1 : 0));
  return true;
}

/* A header of the compiler or the system, by the file, or by the function: addr2line 2.40 takes
 * the first header of a C++ program for the program's own file. */
enum header place_header(const struct place *place) {
  static const char files[] =
      "/usr/include/* /usr/local/include/* /usr/lib* */include/c++/ */lib/gcc/ */lib/clang/";
  if (is_one_of(place->file, files)) return HEADER;
  return is_one_of(place->name, "std::* __gnu_cxx::*") ? NAMED_AS_HEADER : NO_HEADER;
}

/* Not if the source is younger than the program: then it is another line. */
void place_report_source(const struct place *place, const char *program) {
  enum { SIX_DIGITS = 100000, LONGEST = 160 };
  struct contents source = file_contents(place->file), built = file_contents(path_to_read(program));
  if (!source.bytes || !built.bytes || source.changed > built.changed) return;
  const char *text = source.bytes, *end = text + source.size;
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
