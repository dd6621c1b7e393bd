#include "observe.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <regex.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../partB/harness/runner.h"

/* Writes to a pipe until it is full, without changing the writer's end for others. */
static void fill(int writer) {
  char nothing[4096] = {0};
  struct pollfd room = {.fd = writer, .events = POLLOUT};
  while (poll(&room, 1, 0) == 1) {
    if (write(writer, nothing, sizeof nothing) < 0) break;
  }
}

static void become(const char *program, const char *argument) {
  char words[1024];
  char *arguments[16];
  int used = 0;
  snprintf(words, sizeof words, "%s", getenv("EMULATOR") ? getenv("EMULATOR") : "");
  for (char *word = strtok(words, " "); word && used < 12; word = strtok(NULL, " ")) arguments[used++] = word;
  arguments[used++] = (char *)(uintptr_t)program;
  arguments[used++] = (char *)(uintptr_t)argument;
  arguments[used] = NULL;
  execvp(arguments[0], arguments);
  _exit(127);
}

/* Who uses up a stack touches all of it: a quarter of the usual one does, if there is no less. */
static void limit_stack(void) {
  struct rlimit stack;
  if (getrlimit(RLIMIT_STACK, &stack) != 0 || stack.rlim_cur < 2 << 20) return;
  stack.rlim_cur = 2 << 20;
  setrlimit(RLIMIT_STACK, &stack);
}

static pid_t start(const char *program, const char *argument, enum stderr_kind kind, const int ends[2]) {
  pid_t pid = fork();
  if (pid != 0) return pid;
  signal(SIGPIPE, SIG_DFL);
  limit_stack();
  close(ends[0]);
  dup2(ends[1], STDERR_FILENO);
  close(ends[1]);
  if (kind == STDERR_CLOSED) close(STDERR_FILENO);
  become(program, argument);
  return -1;
}

static void collect(int reader, struct outcome *outcome) {
  size_t used = 0;
  while (used < sizeof outcome->text - 1) {
    ssize_t got = read(reader, outcome->text + used, sizeof outcome->text - 1 - used);
    if (got <= 0) break;
    used += (size_t)got;
  }
}

const struct outcome *observe(const char *program, const char *argument, enum stderr_kind kind) {
  static struct outcome outcome;
  int ends[2], status = 0;
  memset(&outcome, 0, sizeof outcome);
  CHECK(pipe(ends) == 0);
  fcntl(ends[0], F_SETFD, FD_CLOEXEC);
  if (kind == STDERR_FULL) fill(ends[1]);
  pid_t pid = start(program, argument, kind, ends);
  CHECK(pid > 0);
  close(ends[1]);
  if (kind == STDERR_NO_READER) close(ends[0]);
  if (kind == STDERR_READ) collect(ends[0], &outcome);
  CHECK(waitpid(pid, &status, 0) == pid);
  outcome.by_signal = WIFSIGNALED(status);
  outcome.status = outcome.by_signal ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
  if (kind != STDERR_NO_READER) close(ends[0]);
  fprintf(stderr, "%s", outcome.text);
  return &outcome;
}

bool matches(const char *text, const char *expression) {
  regex_t regex;
  CHECK(regcomp(&regex, expression, REG_EXTENDED | REG_NOSUB) == 0);
  bool result = regexec(&regex, text, 0, NULL, 0) == 0;
  regfree(&regex);
  return result;
}

void check_match(const char *file, int line, const char *text, const char *expression) {
  if (!matches(text, expression)) test_failed(file, line, expression);
}

int occurrences(const char *text, const char *word) {
  int count = 0;
  for (; (text = strstr(text, word)); text += strlen(word)) count++;
  return count;
}

bool begins_kindly(const char *text) {
  char line[512];
  bool found = false;
  size_t length = strcspn(text, "\n");
  FILE *messages = fopen("partA/messages", "r");
  CHECK(messages);
  while (!found && fgets(line, sizeof line, messages)) {
    found = strcspn(line, "\n") == length && strncmp(line, text, length) == 0;
  }
  fclose(messages);
  return found;
}

const char *report_of(const struct outcome *outcome) {
  const char *announced = strstr(outcome->text, "crash in line ");
  return announced ? strchr(announced, '\n') + 1 : outcome->text;
}

int announced_line(const struct outcome *outcome) {
  int line = 0;
  const char *announced = strstr(outcome->text, "crash in line ");
  if (announced) sscanf(announced, "crash in line %d", &line);
  return line;
}

bool have_addr2line(void) {
  char path[1024], file[1100];
  snprintf(path, sizeof path, "%s", getenv("PATH") ? getenv("PATH") : "/usr/bin:/bin");
  for (char *directory = strtok(path, ":"); directory; directory = strtok(NULL, ":")) {
    snprintf(file, sizeof file, "%s/addr2line", directory);
    if (access(file, X_OK) == 0) return true;
  }
  return false;
}

bool emulated(void) {
  return getenv("EMULATOR") && *getenv("EMULATOR");
}

/* The line names the function, if addr2line is there and the C library lets itself be unwound. */
void check_where(const char *report, const char *function) {
  char where[256];
  snprintf(where, sizeof where,
           "Where: %s at partA/tests/zoo[a-z_]*.c:([0-9]+)  \\(" PLACE "\\)\n +[0-9]+ \\| ", function);
  if (strncmp(function, "in ", 3) == 0 && !ON_GLIBC) {
    CHECK_MATCH(report, "Where: .*\\+0x[0-9a-f]+\\)?; it is not known who called it.\n");
  } else {
    CHECK_MATCH(report, have_addr2line() ? where : UNNAMED);
  }
}

void check_report(const char *report, const char *function) {
  CHECK(begins_kindly(report));
  CHECK_MATCH(report, WHAT);
  check_where(report, function);
}

/* The animal's only words on standard error are one whole report, and its status is the usual one. */
void whole_report(const char *animal, const char *function) {
  const struct outcome *outcome = observe(ZOO, animal, STDERR_READ);
  if (outcome->status == 77) test_skip("not possible here");
  CHECK(outcome->status == 139 && !outcome->by_signal);
  CHECK(occurrences(outcome->text, "\n") <= 5);
  check_report(report_of(outcome), function);
}

void whole_crash(void) {
  whole_report(test_name(), "crash");
}
