/* What the handout asks of letsbefriends: a kind message on SIGSEGV, at random,
 * and a healthy program left alone. How the program ends is not asked. */
#include <string.h>

#include "friends.h"
#include "message.h"

/* Fails if the program's crash brings no message; names the loader's complaint, if that is all there was. */
static void need_message(enum way way, const char *mode, const char *what) {
  const struct box_result *result = friends_run(&(struct run){.way = way, .mode = mode});
  const char *complaint = result->streams[BOX_ERR].text;
  if (strstr(complaint, "ld.so: object") || strstr(complaint, "error while loading shared libraries"))
    fail("the library cannot be loaded: %.300s", complaint);
  if (!has_message(result)) {
    fail("a %s, and no message was printed: it %s%s", what, box_describe(result).string,
         friends_guess(way, result));
  }
}

void check_linked(void) {
  need_linked();
  need_message(LINKED, "write", "linked program wrote to address 0x55");
}

void check_preloaded(void) {
  need_message(PRELOADED, "write", "preloaded program wrote to address 0x55");
}

void check_every_crash(void) {
  need_message(PRELOADED, "read", "program read from address 0x55");
  need_message(PRELOADED, "readonly", "program wrote to read-only memory");
  need_message(PRELOADED, "wild", "program wrote through a wild pointer");
  need_message(PRELOADED, "call", "program called a function at address NULL");
  need_message(PRELOADED, "raise", "program raised SIGSEGV");
}

void check_ends(void) {
  const struct box_result *result = friends_run(&(struct run){.way = PRELOADED, .mode = "write"});
  if (result->ending == STOPPED_FOR_OUTPUT) {
    fail(
        "your handler printed in a loop for %.1f s and was stopped: when a handler returns, the crash "
        "happens again",
        result->seconds);
  }
  if (!box_ended(result)) {
    fail("after the crash the program %s, and your handler should end it%s", box_describe(result).string,
         friends_guess(PRELOADED, result));
  }
  if (strstr(result->streams[BOX_OUT].text, MAIN_GOES_ON)) fail("the program went on after the crash");
  if (!has_message(result)) {
    fail("the program ended without a message, which your handler should print first%s",
         friends_guess(PRELOADED, result));
  }
}
