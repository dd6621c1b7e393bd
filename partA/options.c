/* LETSBEFRIENDS_OPTIONS: name=value joined by ":", in the style of ASAN_OPTIONS.
 * Read once, in the constructor; set-user-ID programs ignore it. A word that is
 * not understood costs one line on standard error, never the program. */
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include "internal.h"

#define VARIABLE "LETSBEFRIENDS_OPTIONS"

static const char built_in_messages[] =
#include "messages.inc"
    ;

struct options options = {
    .symbolize = 1, .explain = 1, .signals = 1u << SIGSEGV, .timeout = 10, .messages = built_in_messages};

static const char help[] = VARIABLE
    ": name=value, joined by colons\n"
    "  core=1         end by the signal itself, so that core dumps and debuggers see it (0)\n"
    "  backtrace=1    show every call that led to the crash (0)\n"
    "  symbolize=0    do not run addr2line to find functions and lines (1)\n"
    "  explain=0      only the kind message, no reason and no place (1)\n"
    "  registers=1    show the processor's registers and what is mapped around the address (0)\n"
    "  quote=1        show source lines and text in pointers also to a socket (0)\n"
    "  timeout=NUMBER seconds that a report may take, up to 3600 (10)\n"
    "  signals=LIST   of segv, bus, fpe, ill, abrt, joined by +, or all (segv)\n"
    "  messages=FILE  kind messages of your own, one per line\n"
    "  color=WHEN     auto, always or never (auto)\n"
    "  help=1         this list (0)\n";

/* Options whose value is one of some words: the number of the word. */
static const struct {
  const char *name;
  unsigned *number;
  const char *words[4];
} choices[] = {
    {"core", &options.core, {"0", "1"}},           {"backtrace", &options.backtrace, {"0", "1"}},
    {"symbolize", &options.symbolize, {"0", "1"}}, {"explain", &options.explain, {"0", "1"}},
    {"registers", &options.registers, {"0", "1"}}, {"quote", &options.quote, {"0", "1"}},
    {"help", &options.help, {"0", "1"}},           {"color", &options.color, {"auto", "always", "never"}}};

static const struct {
  const char *name;
  int number;
} known_signals[] = {
    {"SIGSEGV", SIGSEGV}, {"SIGBUS", SIGBUS}, {"SIGFPE", SIGFPE}, {"SIGILL", SIGILL}, {"SIGABRT", SIGABRT}};
enum { KNOWN_SIGNALS = sizeof known_signals / sizeof *known_signals };

const char *signal_name(int number) {
  unsigned i = 0;
  while (i < KNOWN_SIGNALS - 1 && known_signals[i].number != number) i++;
  return known_signals[i].name;
}

static bool set_signals(char *list) {
  unsigned signals = 0;
  for (const char *word; (word = strsep(&list, "+"));) {
    unsigned found = 0;
    bool all = strcasecmp(word, "all") == 0;
    for (unsigned i = 0; i < KNOWN_SIGNALS; i++) {
      if (all || strcasecmp(word, known_signals[i].name + strlen("SIG")) == 0)
        found |= 1u << known_signals[i].number;
    }
    if (!found) return false;
    signals |= found;
  }
  options.signals = signals;
  return true;
}

static bool set_timeout(const char *seconds) {
  enum { MOST = 3600 };
  uintptr_t number = take_number(&seconds, 10);
  if (*seconds || number == 0 || number > MOST) return false;
  options.timeout = (unsigned)number;
  return true;
}

/* Copies the file, so that the handler need not open it, up to 64 KiB. */
static bool set_messages(const char *path) {
  static char text[64 * 1024];
  size_t length = 0;
  int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (file < 0) return false;
  for (ssize_t got; (got = read(file, text + length, sizeof text - 2 - length)) > 0;) length += (size_t)got;
  close(file);
  memcpy(text + length, "\n", 2);
  if (memchr(text, 0, length)) return false; /* UTF-16, or no text at all */
  for (char *c = text; *c; c++) *c = *c == '\r' ? '\n' : *c == '\t' ? ' ' : *c;
  const char *first = text + strspn(text, "\n");
  if (*first) options.messages = first;
  return *first;
}

static bool set(const char *name, char *value) {
  if (!value) return false;
  if (strcmp(name, "signals") == 0) return set_signals(value);
  if (strcmp(name, "messages") == 0) return set_messages(value);
  if (strcmp(name, "timeout") == 0) return set_timeout(value);
  for (unsigned i = 0; i < sizeof choices / sizeof *choices; i++) {
    if (strcmp(name, choices[i].name) != 0) continue;
    const char *const *word = choices[i].words;
    while (*word && strcmp(value, *word) != 0) word++;
    if (*word) *choices[i].number = (unsigned)(word - choices[i].words);
    return *word;
  }
  return false;
}

/* Works on a copy, which strsep cuts to pieces, of up to 8 KiB. */
static void read_settings(const char *text) {
  char copy[8192], shown[1024], *rest = copy;
  copy_text(copy, sizeof copy, text);
  for (char *name; (name = strsep(&rest, ":"));) {
    char *value = name;
    int length = (int)strlen(name);
    strsep(&value, "=");
    if (length == 0 || set(name, value)) continue;
    length = (int)copy_harmless(shown, sizeof shown, text + (name - copy), (size_t)length);
    dprintf(STDERR_FILENO,
            "letsbefriends: cannot use \"%.*s\" in " VARIABLE " (help=1 lists what can be set)\n", length,
            shown);
  }
}

void options_read(void) {
  const char *terminal = getenv("TERM"), *no_color = getenv("NO_COLOR"), *text = getenv(VARIABLE);
  if (at_start.secure) options.symbolize = 0; /* whoever runs it must not choose the addr2line */
  if (text && !at_start.secure) read_settings(text);
  if (options.help) (void)!write(STDERR_FILENO, help, sizeof help - 1);
  bool plain = (no_color && *no_color) || !terminal || strcmp(terminal, "dumb") == 0;
  if (plain && options.color == COLOR_AUTO) options.color = COLOR_NEVER;
}
