/* Eight messages, at random: crashes at different times, each of them at addresses of its own; then the seed
 * alone. */
#include <string.h>
#include <time.h>

#include "../../partB/measure/measure.h"
#include "friends.h"

enum { WANTED = 8, CRASHES = 120, TRIES = 16, TEXT = 2 * BOX_TEXT + 4 };

/* What a crash prints, on both streams. It must print something, and end. */
static void crash_at(unsigned long long when, bool alike, char text[TEXT]) {
  const struct box_result *result =
      friends_run(&(struct run){.way = PRELOADED, .mode = "write", .when = when, .alike = alike});
  if (!has_message(result)) fail("a crash brought no message: the program %s", box_describe(result).string);
  if (!box_ended(result)) fail("after the message the program %s", box_describe(result).string);
  strcpy(text, friends_message(result, BOX_OUT));
  strcat(text, friends_message(result, BOX_ERR));
}

/* A time of day within some weeks from now, on no beat: a message may be chosen by hours or days. */
static unsigned long long another_time(void) {
  static uint64_t state = 1;
  const uint64_t weeks = 5000000;
  return (unsigned long long)time(NULL) + random_next(&state) % weeks;
}

static struct {
  char texts[WANTED][TEXT]; /* without numbers */
  char first[TEXT];         /* with them */
  size_t different;
  bool numbers_differ; /* there were two that differ in nothing else */
} messages;

/* Is there a message like it already? */
static bool is_known(const char *text, bool as_first) {
  for (size_t i = 0; i < messages.different; i++) {
    if (strcmp(messages.texts[i], text) != 0) continue;
    messages.numbers_differ |= i == 0 && !as_first;
    return true;
  }
  return false;
}

void check_eight(void) {
  size_t crashes = 0;
  while (messages.different < WANTED && crashes < CRASHES) {
    char *text = messages.texts[messages.different];
    crash_at(another_time(), false, text);
    if (crashes++ == 0) strcpy(messages.first, text);
    bool as_first = strcmp(messages.first, text) == 0;
    forget_numbers(text);
    if (!is_known(text, as_first)) messages.different++;
  }
  if (messages.different < WANTED) {
    fail("only %zu different message%s in %zu crashes%s", messages.different,
         messages.different == 1 ? "" : "s", crashes,
         messages.numbers_differ ? ", as those that differ in a number or a date only are one" : "");
  }
  remark("seen in %zu crashes", crashes);
}

/* Crashes until two messages differ. */
static bool two_differ(bool another_each_time) {
  static char first[TEXT], text[TEXT];
  unsigned long long now = (unsigned long long)time(NULL);
  for (size_t tries = 0; tries < TRIES; tries++) {
    crash_at(another_each_time ? another_time() : now, another_each_time, text);
    forget_numbers(text);
    if (tries == 0) strcpy(first, text);
    if (strcmp(first, text) != 0) return true;
  }
  return false;
}

/* The seed alone: all crashes at the same addresses. There are systems, and debuggers, that do not change
 * them. */
void check_random(void) {
  if (two_differ(true)) return;
  fail("%d crashes at different times, at the same addresses, all got the same message: %s", TRIES,
       messages.different > 1 ? "an address is a poor seed" : "is the seed always the same?");
}

void check_same_second(void) {
  if (!two_differ(false))
    fail("%d crashes in the same second all got the same message: it hangs on whole seconds", TRIES);
}
