/* What the handout asks of letsbefriends: a kind message on SIGSEGV, at random,
 * and a healthy program left alone. How the program ends is not asked. */
#include <string.h>

#include "friends.h"

/* Names the loader's complaint, if that is all there was. */
static bool loader_complained(const struct box_result *result) {
  return strstr(result->streams[BOX_ERR].text, "ld.so: object") != NULL ||
         strstr(result->streams[BOX_ERR].text, "error while loading shared libraries") != NULL;
}

static void check_message(const char *name, enum way way, const char *how) {
  const struct box_result *result = friends_run(&(struct run){.way = way, .mode = "write", .graded = true});
  if (!result) {
    report_not_tried(REQUIRED, name);
  } else if (loader_complained(result)) {
    report(REQUIRED, FAIL, name, "the library cannot be loaded: %.300s", result->streams[BOX_ERR].text);
  } else if (!has_message(result)) {
    report(REQUIRED, FAIL, name, "a %s program wrote to address 0x55, and no message was printed: it %s%s",
           how, box_describe(result).string, friends_guess(way, result));
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
    const struct box_result *result =
        friends_run(&(struct run){.way = PRELOADED, .mode = crashes[i].mode, .graded = true});
    if (!result) {
      report_not_tried(REQUIRED, name);
      return;
    }
    if (!has_message(result)) {
      report(REQUIRED, FAIL, name, "a program %s, and no message was printed: it %s%s", crashes[i].what,
             box_describe(result).string, friends_guess(PRELOADED, result));
      return;
    }
  }
  report(REQUIRED, PASS, name, "every kind of segmentation fault gets a message");
}

void check_ends(const char *name) {
  const struct box_result *result =
      friends_run(&(struct run){.way = PRELOADED, .mode = "write", .graded = true});
  if (!result) {
    report_not_tried(REQUIRED, name);
  } else if (result->ending == STOPPED_FOR_OUTPUT) {
    report(REQUIRED, FAIL, name,
           "your handler printed in a loop for %.1f s and was stopped: when a handler returns, the crash "
           "happens again",
           result->seconds);
  } else if (!box_ended(result)) {
    report(REQUIRED, FAIL, name, "after the crash the program %s, and your handler should end it%s",
           box_describe(result).string, friends_guess(PRELOADED, result));
  } else if (strstr(result->streams[BOX_OUT].text, "still here")) {
    report(REQUIRED, FAIL, name, "the program went on after the crash");
  } else if (!has_message(result)) {
    report(REQUIRED, FAIL, name,
           "the program ended without a message, which your handler should print first%s",
           friends_guess(PRELOADED, result));
  } else {
    report(REQUIRED, PASS, name, "after the message the program ends");
  }
}
