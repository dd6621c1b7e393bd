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
#include "../measure/measure.h"
#include "checks.h"
#include "pace.h"
#include "report.h"

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
                          const struct message *message, bool had_little_time, const char *handler) {
  static const char loops[] = ", probably the same fault for ever";
  struct box_text ending = box_describe(result);
  bool stopped = result->ending == STOPPED_FOR_TIME || result->ending == STOPPED_FOR_MEMORY;
  bool hasty = result->ending == STOPPED_FOR_TIME && had_little_time;
  const char *unknown = strstr(message->text, UNRECOGNISED);
  int length = unknown ? (int)(unknown - message->text) : (int)strlen(message->text);
  report(check->section, hasty ? UNDECIDED : FAIL, check->name, "it %s when the check %.*s%s%s%s%s",
         ending.string, length, *message->text ? message->text : "began", unknown && *handler ? ": " : "",
         unknown && *handler ? handler : (unknown ? UNRECOGNISED : ""),
         unknown && !*handler && stopped ? loops : "",
         hasty ? " (it had little time: others had hung before)" : "");
}

static const char *checker, *library;

/* Runs a check; false if nothing is known. The message's text lies in the result. */
static bool run_in_box(const char *name, double seconds, bool graded, struct box_result *result,
                       struct message *message) {
  static uint64_t seed;
  char word[20];
  seed ^= (uint64_t)now_us() << 16 ^ (uint64_t)getpid();
  snprintf(word, sizeof word, "%016llx", (unsigned long long)random_next(&seed));
  char *argv[] = {(char *)(size_t)checker, (char *)(size_t)library, (char *)(size_t)name, word, NULL};
  struct box box = {.argv = argv, .confined = true};
  bool known = pace_run(&box, seconds, graded, result);
  *message = last_message(result->streams[BOX_SENT].text, word);
  return known;
}

/* How the process ended while their handler ran. */
static const char *ending_in_handler(const struct box_result *result) {
  switch (result->ending) {
    case ENDED_BY_EXIT:
      return "your handler ended the program";
    case ENDED_BY_SIGNAL:
      return "your handler crashed itself; did it use up its stack?";
    case STOPPED_FOR_TIME:
      return "your handler loops for ever";
    case STOPPED_ASLEEP:
      return "your handler waits for ever";
    case STOPPED_FOR_OUTPUT:
      return "your handler prints for ever";
    case STOPPED_FOR_MEMORY:
      return "your handler takes memory for ever";
    default:
      return "";
  }
}

/* What the handler does at a first write, asked once; empty: that is not known. */
static const char *what_handler_does(void) {
  static char answer[200];
  static bool asked;
  if (asked) return answer;
  asked = true;
  static struct box_result result;
  struct message message;
  if (!run_in_box(HANDLER_CHECK, 0.5, false, &result, &message)) return answer;
  const char *words = "";
  if (strcmp(message.verdict, "fail") == 0) {
    words = message.text;
  } else if (strcmp(message.text, "was in your handler") == 0) {
    words = ending_in_handler(&result);
  } else if (strcmp(message.text, "returned from your handler") == 0 && result.ending == ENDED_BY_SIGNAL) {
    words = "your handler did not recognise the address, and brought back the default action";
  }
  snprintf(answer, sizeof answer, "%s", words);
  return answer;
}

static void report_result(const struct check *check, const struct box_result *result,
                          const struct message *message) {
  if (strcmp(message->verdict, "pass") == 0) {
    bool remark = *message->text;
    report(check->section, PASS, check->name, "%s%s%s%s", check->title, remark ? " (" : "", message->text,
           remark ? ")" : "");
  } else if (strcmp(message->verdict, "fail") == 0) {
    report(check->section, FAIL, check->name, "%s", message->text);
  } else if (strcmp(message->verdict, "undecided") == 0) {
    report(check->section, UNDECIDED, check->name, "%s", message->text);
  } else if (strcmp(message->verdict, "end") == 0 && box_ended(result)) {
    report(check->section, PASS, check->name, "%s", check->title);
  } else {
    bool had_little_time = pace_was_hasty();
    report_ending(check, result, message, had_little_time,
                  strstr(message->text, UNRECOGNISED) ? what_handler_does() : "");
  }
}

/* Returns how many processes the check left behind. */
static int run_check(const struct check *check) {
  static struct box_result result;
  struct message message;
  bool graded = check->section == REQUIRED;
  if (run_in_box(check->name, check->seconds, graded, &result, &message)) {
    report_result(check, &result, &message);
  } else {
    report(check->section, UNDECIDED, check->name, "not tried: %s", pace_reason());
  }
  return result.left_behind;
}

static void run_checks(bool only_required) {
  int left_behind = 0;
  for (size_t i = 0; i < CHECKS; i++) {
    if (!only_required || checks[i].section == REQUIRED) left_behind += run_check(&checks[i]);
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
    checker = arguments[2];
    library = arguments[4];
    run_checks(only_required);
  } else {
    skip_checks();
  }
  return report_end();
}
