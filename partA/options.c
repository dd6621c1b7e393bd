/* LETSBEFRIENDS_OPTIONS: name=value joined by ":", in the style of ASAN_OPTIONS.
 * Read once, in the constructor; set-user-ID programs ignore it. A word that is
 * not understood costs one line on standard error, never the program. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

#include "internal.h"

#define VARIABLE "LETSBEFRIENDS_OPTIONS"

static const char built_in_messages[] =
#include "messages.inc"
    ;

struct options options = {.symbolize = true,
                          .explain = true,
                          .color_auto = true,
                          .signals = 1u << SIGSEGV,
                          .messages = built_in_messages};

static const char help[] = VARIABLE
    ": name=value, joined by colons\n"
    "  core=1         end by the signal itself, so that core dumps and debuggers see it (0)\n"
    "  backtrace=1    show every call that led to the crash (0)\n"
    "  symbolize=0    do not run addr2line to find functions and lines (1)\n"
    "  explain=0      only the kind message, no reason and no place (1)\n"
    "  signals=LIST   of segv, bus, fpe, ill, abrt, joined by + (segv)\n"
    "  messages=FILE  kind messages of your own, one per line\n"
    "  color=WHEN     auto, always or never (auto)\n"
    "  help=1         this list (0)\n";

/* A word of the environment: not ended by a null byte. */
struct word {
  const char *text;
  size_t length;
};

static bool same(struct word word, const char *text) {
  return strlen(text) == word.length && memcmp(text, word.text, word.length) == 0;
}

static struct word cut(struct word *rest, char separator) {
  const char *end = memchr(rest->text, separator, rest->length);
  struct word first = {rest->text, end ? (size_t)(end - rest->text) : rest->length};
  size_t used = first.length + (end != NULL);
  *rest = (struct word){rest->text + used, rest->length - used};
  return first;
}

static bool set_flag(bool *flag, struct word value) {
  if (!same(value, "0") && !same(value, "1")) return false;
  *flag = value.text[0] == '1';
  return true;
}

static const struct {
  const char *option, *name;
  int number;
} known_signals[] = {{"segv", "SIGSEGV", SIGSEGV},
                     {"bus", "SIGBUS", SIGBUS},
                     {"fpe", "SIGFPE", SIGFPE},
                     {"ill", "SIGILL", SIGILL},
                     {"abrt", "SIGABRT", SIGABRT}};
enum { KNOWN_SIGNALS = sizeof known_signals / sizeof *known_signals };

const char *signal_name(int number) {
  unsigned i = 0;
  while (i < KNOWN_SIGNALS - 1 && known_signals[i].number != number) i++;
  return known_signals[i].name;
}

static bool set_signals(struct word list) {
  unsigned signals = 0;
  while (list.length > 0) {
    struct word option = cut(&list, '+');
    unsigned i = 0;
    while (i < KNOWN_SIGNALS && !same(option, known_signals[i].option)) i++;
    if (i == KNOWN_SIGNALS) return false;
    signals |= 1u << known_signals[i].number;
  }
  if (signals) options.signals = signals;
  return signals != 0;
}

static bool set_color(struct word value) {
  if (!same(value, "auto") && !same(value, "always") && !same(value, "never")) return false;
  options.color_always = same(value, "always");
  options.color_auto = same(value, "auto");
  return true;
}

/* Copies the file, so that the handler need not open it, up to 64 KiB. */
static bool set_messages(struct word value) {
  static char text[64 * 1024];
  char path[4096];
  if (value.length >= sizeof path) return false;
  memcpy(path, value.text, value.length);
  path[value.length] = 0;
  int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (file < 0) return false;
  size_t length = 0;
  for (ssize_t got; length < sizeof text - 2; length += (size_t)got) {
    got = read(file, text + length, sizeof text - 2 - length);
    if (got <= 0) break;
  }
  close(file);
  memcpy(text + length, "\n", 2);
  if (memchr(text, 0, length)) return false; /* UTF-16, or no text at all */
  for (char *c = text; *c; c++) *c = *c == '\r' ? '\n' : *c == '\t' ? ' ' : *c;
  const char *first = text + strspn(text, "\n");
  if (*first) options.messages = first;
  return *first;
}

static bool set(struct word name, struct word value) {
  bool wants_help = false;
  if (same(name, "core")) return set_flag(&options.core, value);
  if (same(name, "backtrace")) return set_flag(&options.backtrace, value);
  if (same(name, "symbolize")) return set_flag(&options.symbolize, value);
  if (same(name, "explain")) return set_flag(&options.explain, value);
  if (same(name, "signals")) return set_signals(value);
  if (same(name, "messages")) return set_messages(value);
  if (same(name, "color")) return set_color(value);
  if (!same(name, "help") || !set_flag(&wants_help, value)) return false;
  if (wants_help) (void)!write(STDERR_FILENO, help, sizeof help - 1);
  return true;
}

void options_read(void) {
  const char *terminal = getenv("TERM"), *no_color = getenv("NO_COLOR"), *text = getenv(VARIABLE);
  if ((no_color && *no_color) || !terminal || strcmp(terminal, "dumb") == 0) options.color_auto = false;
  if (getauxval(AT_SECURE)) options.symbolize = false; /* whoever runs it must not choose the addr2line */
  if (!text || getauxval(AT_SECURE)) return;
  struct word rest = {text, strlen(text)};
  while (rest.length > 0) {
    struct word setting = cut(&rest, ':'), value = setting;
    if (setting.length == 0) continue;
    struct word name = cut(&value, '=');
    if (set(name, value)) continue;
    dprintf(STDERR_FILENO,
            "letsbefriends: cannot use \"%.*s\" in " VARIABLE " (help=1 lists what can be set)\n",
            (int)setting.length, setting.text);
  }
}
