/* Eight messages, at random: crashes at different times, each of them at addresses of its own; then the seed
 * alone. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../../partB/measure/measure.h"
#include "friends.h"

enum { WANTED = 8, CRASHES = 120, TRIES = 16 };

/* What came of one crash. */
struct crash {
  char *text;                  /* its message, to be freed; NULL: there was none, or no end */
  bool known;                  /* was it tried? */
  struct box_text description; /* how it ended */
};

static struct crash crash_at(unsigned long long when, bool alike, bool graded) {
  const struct box_result *result = friends_run(
      &(struct run){.way = PRELOADED, .mode = "write", .when = when, .alike = alike, .graded = graded});
  struct crash crash = {.known = result};
  if (!result) return crash;
  crash.description = box_describe(result);
  if (!has_message(result) || !box_ended(result)) return crash;
  crash.text = malloc(2 * BOX_TEXT + 4);
  if (!crash.text) exit(2);
  strcpy(crash.text, friends_message(result, BOX_OUT));
  strcat(crash.text, friends_message(result, BOX_ERR));
  return crash;
}

/* Where messages are to be compared, and a crash has none. */
static void report_no_message(enum section section, const char *name, const struct crash *crash) {
  if (!crash->known) {
    report_not_tried(section, name);
  } else {
    report(section, FAIL, name, "a crash did not end with a message: the program %s",
           crash->description.string);
  }
}

/* A time of day within some weeks from now, on no beat: a message may be chosen by hours or days. */
static unsigned long long another_time(void) {
  static uint64_t state = 1;
  const uint64_t weeks = 5000000;
  return (unsigned long long)time(NULL) + random_next(&state) % weeks;
}

static struct {
  char *texts[WANTED]; /* without numbers */
  char *first;         /* with them */
  size_t different, crashes;
  bool numbers_differ; /* there were two that differ in nothing else */
} messages;

/* Takes the text. */
static void remember(char *text) {
  if (!messages.first) messages.first = strdup(text);
  if (!messages.first) abort();
  bool as_first = strcmp(messages.first, text) == 0;
  forget_numbers(text);
  for (size_t i = 0; i < messages.different; i++) {
    if (strcmp(messages.texts[i], text) != 0) continue;
    messages.numbers_differ |= i == 0 && !as_first;
    free(text);
    return;
  }
  messages.texts[messages.different++] = text;
}

void check_eight(const char *name) {
  while (messages.different < WANTED && messages.crashes < CRASHES) {
    struct crash crash = crash_at(another_time(), false, true);
    if (!crash.text) {
      report_no_message(REQUIRED, name, &crash);
      return;
    }
    messages.crashes++;
    remember(crash.text);
  }
  if (messages.different >= WANTED) {
    report(REQUIRED, PASS, name, "there are at least eight messages (seen in %zu crashes)", messages.crashes);
  } else {
    report(REQUIRED, FAIL, name, "only %zu different message%s in %zu crashes%s", messages.different,
           messages.different == 1 ? "" : "s", messages.crashes,
           messages.numbers_differ ? ", as those that differ in a number only are one" : "");
  }
}

/* Crashes until two messages differ; the last crash says whether all had one. */
static struct crash crash_until_different(bool another_each_time, bool graded, bool *differ) {
  unsigned long long now = (unsigned long long)time(NULL);
  char *first = NULL;
  struct crash crash = {0};
  *differ = false;
  for (size_t tries = 0; tries < TRIES && !*differ; tries++) {
    crash = crash_at(another_each_time ? another_time() : now, another_each_time, graded);
    if (!crash.text) break;
    forget_numbers(crash.text);
    *differ = first && strcmp(first, crash.text) != 0;
    if (first) free(crash.text);
    if (!first) first = crash.text;
  }
  free(first);
  return crash;
}

/* The seed alone: all crashes at the same addresses. There are systems, and debuggers, that do not change
 * them. */
void check_random(const char *name) {
  bool differ;
  struct crash last = crash_until_different(true, true, &differ);
  if (differ) {
    report(REQUIRED, PASS, name, "crashes at different times get different messages");
  } else if (!last.text) {
    report_no_message(REQUIRED, name, &last);
  } else {
    report(REQUIRED, FAIL, name,
           "%d crashes at different times, at the same addresses, all got the same message: %s", TRIES,
           messages.different > 1 ? "an address is a poor seed" : "is the seed always the same?");
  }
}

void check_same_second(const char *name) {
  bool differ;
  struct crash last = crash_until_different(false, false, &differ);
  if (differ) {
    report(ROBUST, PASS, name, "two crashes in the same second get messages of their own");
  } else if (!last.text) {
    report_no_message(ROBUST, name, &last);
  } else {
    report(ROBUST, FAIL, name,
           "%d crashes in the same second all got the same message: it hangs on whole seconds", TRIES);
  }
}
