/* What the handout asks of letsbefriends: a kind message on SIGSEGV, at random,
 * and a healthy program left alone. How the program ends is not asked. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "friends.h"

/* Names the loader's complaint, if that is all there was. */
static bool loader_complained(const struct box_result *result) {
  return strstr(result->streams[1].text, "ld.so: object") != NULL ||
         strstr(result->streams[1].text, "error while loading shared libraries") != NULL;
}

static void check_message(const char *name, enum way way, const char *how) {
  const struct box_result *result = friends_run(&(struct run){.way = way, .mode = "write"});
  if (!result) {
    report_not_tried(REQUIRED, name);
  } else if (loader_complained(result)) {
    report(REQUIRED, FAIL, name, "the library cannot be loaded: %.300s", result->streams[1].text);
  } else if (!has_message(result)) {
    report(REQUIRED, FAIL, name, "a %s program wrote to address 0x55, and no message was printed: it %s", how,
           box_describe(result).string);
  } else {
    report(REQUIRED, PASS, name, "a %s program that crashes prints a message", how);
  }
}

void check_linked(const char *name) {
  if (friends_linked()) {
    check_message(name, LINKED, "linked");
  } else {
    report(REQUIRED, FAIL, name, "a program cannot be linked with the library");
  }
}

void check_preloaded(const char *name) {
  check_message(name, PRELOADED, "preloaded");
}

void check_every_crash(const char *name) {
  static const struct {
    const char *mode, *what;
  } crashes[] = {{"read", "read from address 0x55"},
                 {"readonly", "wrote to read-only memory"},
                 {"wild", "wrote through a wild pointer"},
                 {"call", "called a function at address NULL"},
                 {"raise", "raised SIGSEGV"}};
  for (size_t i = 0; i < sizeof crashes / sizeof *crashes; i++) {
    const struct box_result *result = friends_run(&(struct run){.way = PRELOADED, .mode = crashes[i].mode});
    if (!result) {
      report_not_tried(REQUIRED, name);
      return;
    }
    if (!has_message(result)) {
      report(REQUIRED, FAIL, name, "a program %s, and no message was printed: it %s", crashes[i].what,
             box_describe(result).string);
      return;
    }
  }
  report(REQUIRED, PASS, name, "every kind of segmentation fault gets a message");
}

void check_ends(const char *name) {
  const struct box_result *result = friends_run(&(struct run){.way = PRELOADED, .mode = "write"});
  if (!result) {
    report_not_tried(REQUIRED, name);
  } else if (result->ending == STOPPED_FOR_OUTPUT) {
    report(REQUIRED, FAIL, name,
           "your handler printed in a loop for %.1f s and was stopped: when a handler returns, the crash "
           "happens again",
           result->seconds);
  } else if (!box_ended(result)) {
    report(REQUIRED, FAIL, name, "after the crash the program %s: your handler should end it",
           box_describe(result).string);
  } else if (strstr(result->streams[0].text, "still here")) {
    report(REQUIRED, FAIL, name, "the program went on after the crash");
  } else if (!has_message(result)) {
    report(REQUIRED, FAIL, name, "the program ended without a message: your handler should print it first");
  } else {
    report(REQUIRED, PASS, name, "after the message the program ends");
  }
}

/* The messages of many crashes, each at a time of its own. */
enum { WANTED = 8, CRASHES = 120 };

static struct {
  char *texts[WANTED];
  size_t different;
  size_t crashes;
} messages;

/* Words with a digit in them, such as addresses and process ids, say nothing new. */
static void forget_numbers(char *text) {
  char *end = text;
  for (char *word = text; *word;) {
    size_t length = 0, digits = 0;
    while (isalnum((unsigned char)word[length]) || word[length] == '_')
      digits += !!isdigit((unsigned char)word[length++]);
    if (length == 0) {
      *end++ = *word++;
    } else if (digits) {
      *end++ = '#';
      word += length;
    } else {
      memmove(end, word, length);
      end += length;
      word += length;
    }
  }
  *end = '\0';
}

static void remember(char *text) {
  for (size_t i = 0; i < messages.different; i++) {
    if (strcmp(messages.texts[i], text) == 0) {
      free(text);
      return;
    }
  }
  messages.texts[messages.different++] = text;
}

/* What one crash prints, without numbers; to be freed. NULL: nothing. */
static char *message_at(unsigned long long when) {
  const struct box_result *result =
      friends_run(&(struct run){.way = PRELOADED, .mode = "write", .when = when});
  if (!result || !has_message(result) || !box_ended(result)) return NULL;
  char *text = malloc(result->streams[0].kept + result->streams[1].kept + 1);
  if (!text) exit(2);
  strcpy(text, result->streams[0].text);
  strcat(text, result->streams[1].text);
  forget_numbers(text);
  return text;
}

static void collect_messages(void) {
  unsigned long long now = (unsigned long long)time(NULL);
  while (messages.different < WANTED && messages.crashes < CRASHES) {
    char *text = message_at(now + 37 * messages.crashes);
    if (!text) return;
    messages.crashes++;
    remember(text);
  }
}

void check_eight(const char *name) {
  collect_messages();
  if (messages.different >= WANTED) {
    report(REQUIRED, PASS, name, "there are at least eight messages (seen in %zu crashes)", messages.crashes);
  } else if (messages.crashes < CRASHES) {
    report(REQUIRED, UNDECIDED, name,
           "%zu different messages in %zu crashes; the next did not end with a message", messages.different,
           messages.crashes);
  } else {
    report(REQUIRED, FAIL, name, "only %zu different message%s in %zu crashes", messages.different,
           messages.different == 1 ? "" : "s", messages.crashes);
  }
}

void check_random(const char *name) {
  if (messages.different >= 2) {
    report(REQUIRED, PASS, name, "crashes at different times get different messages");
  } else if (messages.crashes < CRASHES) {
    report(REQUIRED, UNDECIDED, name, "there were only %zu crashes with a message", messages.crashes);
  } else {
    report(REQUIRED, FAIL, name,
           "%zu crashes at different times all got the same message: is the seed always the same, or an "
           "address?",
           messages.crashes);
  }
}

void check_same_second(const char *name) {
  enum { RUNS = 12 };
  unsigned long long now = (unsigned long long)time(NULL);
  char *first = message_at(now);
  bool differ = false;
  size_t runs = 1;
  while (first && !differ && runs < RUNS) {
    char *text = message_at(now);
    if (!text) break;
    differ = strcmp(first, text) != 0;
    free(text);
    runs++;
  }
  free(first);
  if (differ) {
    report(ROBUST, PASS, name, "two crashes in the same second get messages of their own");
  } else if (runs == RUNS) {
    report(ROBUST, FAIL, name,
           "%zu crashes in the same second all got the same message: it hangs on whole seconds", runs);
  } else {
    report(ROBUST, UNDECIDED, name, "a crash did not end with a message");
  }
}
