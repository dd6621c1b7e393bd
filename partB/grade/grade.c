/* Grades an implementation of the lazycopy lab:
 *
 *   grade all|required CHECKER NOTES [LIBRARY]
 *
 * CHECKER runs one check of LIBRARY at a time (see checker.c), each in a box of
 * its own. NOTES is a file of lines "name text" from the compiler's pass; without
 * a LIBRARY they tell why there is none. grade.sh prepares all three. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../harness/box.h"
#include "../harness/pace.h"
#include "../harness/report.h"
#include "../measure/measure.h"

struct check {
  enum section section;
  const char *name;
  double seconds;
  const char *title;
};

static const struct check checks[] = {
#define CHECK(section, name, function, seconds, title) {section, name, seconds, title},
#include "checks.def"
#undef CHECK
};

enum { CHECKS = sizeof checks / sizeof *checks };

/* The last line of the channel that begins with the secret word: a verdict and
 * its text. */
struct message {
  char verdict[16];
  const char *text;
};

static struct message last_message(char *channel, const char *word) {
  struct message last = {"", ""};
  for (char *line = strtok(channel, "\n"); line; line = strtok(NULL, "\n")) {
    if (strncmp(line, word, strlen(word)) != 0) continue;
    int text = 0;
    struct message message;
    if (sscanf(line + strlen(word), " %15s %n", message.verdict, &text) != 1) continue;
    message.text = line + strlen(word) + text;
    last = message;
  }
  return last;
}

/* The check gave no verdict: its process ended, or was stopped, before. */
static void report_ending(const struct check *check, const struct box_result *result,
                          const struct message *message) {
  struct box_text ending = box_describe(result);
  bool hasty = result->ending == STOPPED_FOR_TIME && pace_was_hasty();
  report(check->section, hasty ? UNDECIDED : FAIL, check->name, "it %s when the check %s%s", ending.string,
         *message->text ? message->text : "began",
         hasty ? " (it had little time: others had hung before)" : "");
}

static void report_result(const struct check *check, struct box_result *result, const char *word) {
  struct message message = last_message(result->streams[2].text, word);
  if (strcmp(message.verdict, "pass") == 0) {
    bool remark = *message.text;
    report(check->section, PASS, check->name, "%s%s%s%s", check->title, remark ? " (" : "", message.text,
           remark ? ")" : "");
  } else if (strcmp(message.verdict, "fail") == 0) {
    report(check->section, FAIL, check->name, "%s", message.text);
  } else if (strcmp(message.verdict, "undecided") == 0) {
    report(check->section, UNDECIDED, check->name, "%s", message.text);
  } else if (strcmp(message.verdict, "end") == 0 && box_ended(result)) {
    report(check->section, PASS, check->name, "%s", check->title);
  } else {
    report_ending(check, result, &message);
  }
}

/* Returns how many processes the check left behind. */
static int run_check(const struct check *check, const char *checker, const char *library) {
  static struct box_result result;
  static uint64_t seed;
  char word[20];
  seed ^= (uint64_t)now_us() << 16 ^ (uint64_t)getpid();
  snprintf(word, sizeof word, "%016llx", (unsigned long long)random_next(&seed));
  char *argv[] = {(char *)(size_t)checker, (char *)(size_t)library, (char *)(size_t)check->name, word, NULL};
  struct box box = {.argv = argv, .confined = true};
  if (pace_run(&box, check->seconds, &result)) {
    report_result(check, &result, word);
  } else {
    report(check->section, UNDECIDED, check->name, "not tried: %s", pace_reason());
  }
  return result.left_behind;
}

static void run_checks(const char *checker, const char *library, bool only_required) {
  int left_behind = 0;
  for (size_t i = 0; i < CHECKS; i++) {
    if (!only_required || checks[i].section == REQUIRED)
      left_behind += run_check(&checks[i], checker, library);
  }
  if (!only_required) report_processes(left_behind);
}

static void skip_checks(void) {
  const char *required[CHECKS + 1] = {NULL};
  for (size_t i = 0, count = 0; i < CHECKS; i++) {
    if (checks[i].section == REQUIRED) required[count++] = checks[i].name;
  }
  report_not_built(required);
}

int main(int count, char **arguments) {
  if (count < 4 || count > 5) {
    fprintf(stderr, "usage: grade all|required CHECKER NOTES [LIBRARY], started by grade.sh\n");
    return 2;
  }
  bool only_required = strcmp(arguments[1], "required") == 0;
  report_notes(arguments[3]);
  box_startup();
  pace_start(60);
  if (count == 5) {
    run_checks(arguments[2], arguments[4], only_required);
  } else {
    skip_checks();
  }
  return report_end();
}
