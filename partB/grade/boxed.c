#include "boxed.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../harness/box.h"
#include "../measure/measure.h"
#include "checker.h"
#include "checks.h"
#include "pace.h"
#include "report.h"

/* The last line of the channel that begins with the secret word. Its text lies in the channel. */
struct message {
  unsigned said;
  const char *text;
};

static struct message last_message(char *channel, const char *word) {
  struct message last = {DOING, ""};
  for (char *line = strtok(channel, "\n"); line; line = strtok(NULL, "\n")) {
    if (strncmp(line, word, strlen(word)) != 0) continue;
    unsigned said;
    int text = 0;
    if (sscanf(line + strlen(word), " %u %n", &said, &text) == 1)
      last = (struct message){said, line + strlen(word) + text};
  }
  return last;
}

/* Runs a check; false if nothing is known. */
static bool run_in_box(const struct check *check, const char *library, struct box_result *result,
                       struct message *message) {
  static uint64_t seed;
  char word[20];
  seed ^= (uint64_t)now_us() << 16 ^ (uint64_t)getpid();
  snprintf(word, sizeof word, "%016llx", (unsigned long long)random_next(&seed));
  const char *const grader[] = {program_invocation_name, CHECK_ALONE, check->name, library, word, NULL};
  struct box box = {.argv = (char *const *)grader, .confined = true};
  bool known = pace_run(&box, check->seconds, check->section == REQUIRED, result);
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
static const char *what_handler_does(const char *library) {
  static char answer[200];
  static bool asked;
  static struct box_result result;
  struct message message;
  if (asked) return answer;
  asked = true;
  if (!run_in_box(&handler_question, library, &result, &message)) return answer;
  const char *words = "", *more = "";
  if (message.said == FAIL) {
    words = message.text;
  } else if (strcmp(message.text, "was in your handler") == 0) {
    words = ending_in_handler(&result);
  } else if (strncmp(message.text, RETURNED, strlen(RETURNED)) == 0 && result.ending == ENDED_BY_SIGNAL) {
    words = "your handler did not recognise the address, and brought back the default action";
    more = message.text + strlen(RETURNED);
  }
  snprintf(answer, sizeof answer, "%s%s", words, more);
  return answer;
}

/* The check gave no verdict: its process ended, or was stopped, before. */
static void report_ending(const struct check *check, const char *library, const struct box_result *result,
                          const struct message *message) {
  bool hasty = result->ending == STOPPED_FOR_TIME && pace_was_hasty(); /* before the handler is asked */
  bool stopped = result->ending == STOPPED_FOR_TIME || result->ending == STOPPED_FOR_MEMORY;
  const char *unknown = strstr(message->text, UNRECOGNISED);
  int length = unknown ? (int)(unknown - message->text) : (int)strlen(message->text);
  const char *handler = unknown ? what_handler_does(library) : "";
  report(check, hasty ? UNDECIDED : FAIL, "it %s when the check %.*s%s%s%s%s", box_describe(result).string,
         length, *message->text ? message->text : "began", *handler ? ": " : "",
         *handler ? handler : (unknown ? UNRECOGNISED : ""),
         unknown && !*handler && stopped ? ", probably the same fault for ever" : "",
         hasty ? " (it had little time: others had hung before)" : "");
}

void run_boxed(const struct check *check, const char *library) {
  static struct box_result result;
  struct message message;
  if (!run_in_box(check, library, &result, &message)) {
    report(check, UNDECIDED, "not tried: %s", pace_reason());
  } else if (message.said <= UNDECIDED) {
    report(check, (enum verdict)message.said, "%s", message.text);
  } else if (message.said == EXPECTS_END && box_ended(&result)) {
    report(check, PASS, "%s", "");
  } else {
    report_ending(check, library, &result, &message);
  }
}
