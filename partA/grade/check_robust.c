/* What the handout does not ask of letsbefriends, and a careful library has. */
#include <signal.h>
#include <string.h>

#include "friends.h"
#include "message.h"

static const struct box_result *crash(const char *mode) {
  return friends_run(&(struct run){.way = PRELOADED, .mode = mode});
}

/* What is on a stream besides what the silent program prints itself. */
static const char *added(const struct box_result *result, int stream) {
  const char *text = result->streams[stream].text;
  bool own_first = strncmp(text, MAIN_BEGINS, strlen(MAIN_BEGINS)) == 0;
  return own_first ? text + strlen(MAIN_BEGINS) : text;
}

/* The handout's own example greets from its constructor: that is a slip, and no failure. */
void check_quiet(void) {
  const struct box_result *result = crash("silent");
  const char *text = added(result, *added(result, BOX_OUT) ? BOX_OUT : BOX_ERR);
  if (*text)
    fail("in a program that does not crash the library prints \"%.*s\"", (int)strcspn(text, "\n"), text);
}

void check_status(void) {
  const struct box_result *result = crash("write");
  bool by_signal = result->ending == ENDED_BY_SIGNAL && result->code == SIGSEGV;
  if (!by_signal && !(result->ending == ENDED_BY_EXIT && result->code == 128 + SIGSEGV))
    fail("the program %s: a script cannot tell that it crashed", box_describe(result).string);
  if (by_signal) {
    remark("the program ends by SIGSEGV, as without the library");
  } else {
    remark("the program's exit status is %d, as a shell shows it without the library", result->code);
  }
}

void check_stderr(void) {
  const struct box_result *result = crash("write");
  if (*friends_message(result, BOX_OUT))
    fail("the message is printed among the program's own output, not on standard error");
  if (!has_message(result)) undecided("no message was printed");
}

/* Why a crash under such circumstances brings no message: that has other reasons if no crash does. */
static const char *unless_always(const char *reason) {
  return has_message(crash("write")) ? reason : ", nor is there one otherwise";
}

void check_printf(void) {
  const struct box_result *result = crash("printf");
  if (!has_message(result)) {
    fail("a program crashed while another thread was in printf, and there was no message%s",
         unless_always(": printf waits, write does not"));
  }
  if (!box_ended(result)) {
    fail("a program crashed while another thread was in printf, and hung: exit waits for it, _exit does not");
  }
}

void check_malloc(void) {
  const struct box_result *result = crash("malloc");
  if (result->streams[BOX_SENT].total)
    fail("the handler calls malloc or free (perhaps by printf): it hangs if the crash was in malloc");
  if (!has_message(result)) undecided("no message was printed");
}

void check_raise(void) {
  const struct box_result *result = crash("raise");
  if (strstr(result->streams[BOX_OUT].text, MAIN_GOES_ON))
    fail("a program that was sent SIGSEGV went on: such a signal does not come again by itself");
  if (!box_ended(result)) fail("a program that was sent SIGSEGV %s", box_describe(result).string);
}

void check_unheard(void) {
  const struct box_result *result = crash("unheard");
  if (!box_ended(result)) {
    fail("a program whose standard output and error were closed crashed, and %s",
         box_describe(result).string);
  }
}

static void check_other_crash(const char *mode, const char *what, const char *hint) {
  const struct box_result *result = crash(mode);
  bool message = has_message(result);
  struct box_text end = box_describe(result);
  if (!message) fail("%s: no message, it %s%s", what, end.string, unless_always(hint));
  if (!box_ended(result)) fail("%s: after the message, it %s", what, end.string);
}

void check_pipe(void) {
  check_other_crash("pipe", "a crash with standard output in a pipe",
                    " (stdout keeps text back there: write does not, or fflush)");
}

void check_overflow(void) {
  check_other_crash("overflow", "a stack overflow",
                    " (see sigaltstack: the handler needs a stack of its own)");
}

void check_thread(void) {
  check_other_crash("thread", "a crash in a second thread", "");
}

void check_thread_overflow(void) {
  check_other_crash("thread-overflow", "a stack overflow in a second thread",
                    " (sigaltstack is for one thread only)");
}
