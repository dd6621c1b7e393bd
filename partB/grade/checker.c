#include "checker.h"

#include <dlfcn.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../harness/box.h"
#include "checks.h"

struct lab lab;

static const char *word;

static void send(int said, const char *format, va_list arguments) {
  char line[800];
  int length = snprintf(line, sizeof line, "%s %d ", word, said);
  length += vsnprintf(line + length, sizeof line - (size_t)length - 1, format, arguments);
  if (length > (int)sizeof line - 2) length = (int)sizeof line - 2;
  line[length] = '\n';
  if (write(BOX_CHANNEL, line, (size_t)length + 1) < 0) _exit(2);
}

void doing(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  send(DOING, format, arguments);
  va_end(arguments);
}

void expect_end(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  send(EXPECTS_END, format, arguments);
  va_end(arguments);
}

/* Async-signal-safe. */
static void leave(enum verdict verdict) {
  const char number[] = {' ', (char)('0' + verdict), ' ', '\0'};
  const char *const line[] = {word, number, last_words(), "\n"};
  for (size_t i = 0; i < sizeof line / sizeof *line; i++) {
    if (write(BOX_CHANNEL, line[i], strlen(line[i])) < 0) _exit(2);
  }
  _exit(0);
}

void pass_now(void) {
  leave(PASS);
  abort();
}

/* A function of the library; the five of the lab must be there. */
static void find(void *library, const char *name, bool needed, void *function) {
  void *symbol = dlsym(library, name);
  if (!symbol && needed) fail("there is no function %s", name);
  memcpy(function, &symbol, sizeof symbol);
}

static void (*their_startup)(void);

/* Whatever a check does first, from then on it is something else that crashes or hangs. */
static void start(void) {
  their_startup();
  doing("made its first chunks");
}

static void load(const char *path) {
  doing("loaded the library");
  void *library = dlopen(path, RTLD_NOW);
  if (!library) fail("it cannot be loaded: %s", dlerror());
  find(library, "chunk_startup", true, &their_startup);
  find(library, "chunk_alloc", true, &lab.alloc);
  find(library, "chunk_copy_eager", true, &lab.copy_eager);
  find(library, "chunk_copy_lazy", true, &lab.copy_lazy);
  find(library, "chunk_free", false, &lab.free);
  lab.startup = start;
  doing("called chunk_startup");
}

void checker_run(const struct check *check, const char *library, const char *secret) {
  word = secret;
  begin_check(check, leave);
  load(library);
  check->run();
  pass_now();
}
