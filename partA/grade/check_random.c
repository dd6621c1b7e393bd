/* Eight messages, at random: crashes at different times, each of them at addresses of its own; then the seed
 * alone. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../../partB/measure/measure.h"
#include "friends.h"

enum { WANTED = 8, CRASHES = 120, TRIES = 16 };

/* What one crash prints; to be freed. NULL: nothing, or it did not end. */
static char *message_at(unsigned long long when, bool alike) {
  const struct box_result *result =
      friends_run(&(struct run){.way = PRELOADED, .mode = "write", .when = when, .alike = alike});
  if (!result || !has_message(result) || !box_ended(result)) return NULL;
  char *text = malloc(2 * BOX_TEXT + 4);
  if (!text) exit(2);
  strcpy(text, friends_message(result, BOX_OUT));
  strcat(text, friends_message(result, BOX_ERR));
  return text;
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
    char *text = message_at(another_time(), false);
    if (!text) break;
    messages.crashes++;
    remember(text);
  }
  if (messages.different >= WANTED) {
    report(REQUIRED, PASS, name, "there are at least eight messages (seen in %zu crashes)", messages.crashes);
  } else if (messages.crashes < CRASHES) {
    report(REQUIRED, UNDECIDED, name,
           "%zu different messages in %zu crashes; the next did not end with a message", messages.different,
           messages.crashes);
  } else {
    report(REQUIRED, FAIL, name, "only %zu different message%s in %zu crashes%s", messages.different,
           messages.different == 1 ? "" : "s", messages.crashes,
           messages.numbers_differ ? ", as those that differ in a number only are one" : "");
  }
}

/* Crashes until two messages differ. Returns how many, 0 if one did not end with a message. */
static size_t tries_until_different(bool another_each_time, bool alike, bool *differ) {
  unsigned long long now = (unsigned long long)time(NULL);
  char *first = NULL;
  *differ = false;
  for (size_t tries = 1; tries <= TRIES; tries++) {
    char *text = message_at(another_each_time ? another_time() : now, alike);
    if (!text) return free(first), 0;
    forget_numbers(text);
    *differ = first && strcmp(first, text) != 0;
    if (first) free(text);
    if (!first) first = text;
    if (*differ) return free(first), tries;
  }
  return free(first), TRIES;
}

/* The seed alone: addresses are no help, since there are systems, and debuggers, that do not change them. */
void check_random(const char *name) {
  bool differ;
  size_t tries = tries_until_different(true, true, &differ);
  if (differ) {
    report(REQUIRED, PASS, name, "crashes at different times get different messages");
  } else if (tries == 0) {
    report(REQUIRED, UNDECIDED, name, "a crash did not end with a message");
  } else {
    report(REQUIRED, FAIL, name,
           "%zu crashes at different times, at the same addresses, all got the same message: %s", tries,
           messages.different > 1 ? "an address is a poor seed" : "is the seed always the same?");
  }
}

void check_same_second(const char *name) {
  bool differ;
  size_t tries = tries_until_different(false, false, &differ);
  if (differ) {
    report(ROBUST, PASS, name, "two crashes in the same second get messages of their own");
  } else if (tries) {
    report(ROBUST, FAIL, name,
           "%zu crashes in the same second all got the same message: it hangs on whole seconds", tries);
  } else {
    report(ROBUST, UNDECIDED, name, "a crash did not end with a message");
  }
}
