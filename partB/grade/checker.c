/* Runs one check on one library:
 *
 *   checker LIBRARY CHECK WORD
 *
 * The verdict goes to descriptor BOX_CHANNEL, in lines "WORD verdict text"; the
 * grader starts this program and reads them. */
#include <dlfcn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../harness/box.h"
#include "checks.h"

struct lab lab;

static const char *word;
static char last_remark[200];

static void send(const char *verdict, const char *format, va_list arguments) {
  char line[800];
  int length = snprintf(line, sizeof line, "%s %s ", word, verdict);
  length += vsnprintf(line + length, sizeof line - (size_t)length - 1, format, arguments);
  if (length > (int)sizeof line - 2) length = (int)sizeof line - 2;
  line[length] = '\n';
  if (write(BOX_CHANNEL, line, (size_t)length + 1) < 0) _exit(2);
}

void doing(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  send("doing", format, arguments);
  va_end(arguments);
}

void expect_end(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  send("end", format, arguments);
  va_end(arguments);
}

void remark(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(last_remark, sizeof last_remark, format, arguments);
  va_end(arguments);
}

void fail(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  send("fail", format, arguments);
  va_end(arguments);
  _exit(0);
}

void undecided(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  send("undecided", format, arguments);
  va_end(arguments);
  _exit(0);
}

/* Async-signal-safe. */
void pass_now(void) {
  static const char verdict[] = " pass ";
  bool sent = write(BOX_CHANNEL, word, strlen(word)) > 0 &&
              write(BOX_CHANNEL, verdict, strlen(verdict)) > 0 &&
              write(BOX_CHANNEL, last_remark, strlen(last_remark)) >= 0 && write(BOX_CHANNEL, "\n", 1) > 0;
  _exit(sent ? 0 : 2);
}

/* A function of the library; the five of the lab must be there. */
static void find(void *library, const char *name, bool needed, void *function) {
  void *symbol = dlsym(library, name);
  if (!symbol && needed) fail("there is no function %s", name);
  memcpy(function, &symbol, sizeof symbol);
}

static void load(const char *path) {
  doing("loaded the library");
  void *library = dlopen(path, RTLD_NOW);
  if (!library) fail("it cannot be loaded: %s", dlerror());
  find(library, "chunk_startup", true, &lab.startup);
  find(library, "chunk_alloc", true, &lab.alloc);
  find(library, "chunk_copy_eager", true, &lab.copy_eager);
  find(library, "chunk_copy_lazy", true, &lab.copy_lazy);
  find(library, "chunk_free", false, &lab.free);
  doing("called chunk_startup");
}

struct entry {
  const char *name;
  void (*run)(void);
};

static const struct entry *find_check(const char *name) {
  static const struct entry entries[] = {
      {HANDLER_CHECK, check_handler},
#define CHECK(section, name, function, seconds, title) {name, function},
#include "checks.def"
#undef CHECK
  };
  for (size_t i = 0; i < sizeof entries / sizeof *entries; i++) {
    if (strcmp(name, entries[i].name) == 0) return &entries[i];
  }
  return NULL;
}

int main(int count, char **arguments) {
  const struct entry *check = count == 4 ? find_check(arguments[2]) : NULL;
  if (!check) {
    fprintf(stderr, "usage: checker LIBRARY CHECK WORD, started by the grader\n");
    return 2;
  }
  word = arguments[3];
  load(arguments[1]);
  check->run();
  pass_now();
}
