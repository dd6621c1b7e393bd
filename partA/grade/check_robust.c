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
void check_quiet(const char *name) {
  const struct box_result *result = crash("silent");
  if (!result) {
    report_not_tried(ROBUST, name);
  } else if (*added(result, BOX_OUT) || *added(result, BOX_ERR)) {
    const char *text = added(result, *added(result, BOX_OUT) ? BOX_OUT : BOX_ERR);
    report(ROBUST, FAIL, name, "in a program that does not crash the library prints \"%.*s\"",
           (int)strcspn(text, "\n"), text);
  } else {
    report(ROBUST, PASS, name, "nothing is printed in a program that does not crash");
  }
}

void check_status(const char *name) {
  const struct box_result *result = crash("write");
  if (!result) {
    report_not_tried(ROBUST, name);
  } else if (result->ending == ENDED_BY_SIGNAL && result->code == SIGSEGV) {
    report(ROBUST, PASS, name, "the program ends by SIGSEGV, as without the library");
  } else if (result->ending == ENDED_BY_EXIT && result->code == 128 + SIGSEGV) {
    report(ROBUST, PASS, name, "the program's exit status is %d, as a shell shows it without the library",
           result->code);
  } else {
    report(ROBUST, FAIL, name, "the program %s: a script cannot tell that it crashed",
           box_describe(result).string);
  }
}

void check_stderr(const char *name) {
  const struct box_result *result = crash("write");
  if (!result) {
    report_not_tried(ROBUST, name);
  } else if (*friends_message(result, BOX_OUT)) {
    report(ROBUST, FAIL, name,
           "the message is printed among the program's own output, not on standard error");
  } else if (!has_message(result)) {
    report(ROBUST, UNDECIDED, name, "no message was printed");
  } else {
    report(ROBUST, PASS, name, "the message is printed on standard error only");
  }
}

void check_printf(const char *name) {
  const struct box_result *result = crash("printf");
  if (!result) {
    report_not_tried(ROBUST, name);
  } else if (!has_message(result)) {
    report(ROBUST, FAIL, name,
           "a program crashed while another thread was in printf, and there was no message: printf waits, "
           "write does not");
  } else if (!box_ended(result)) {
    report(
        ROBUST, FAIL, name,
        "a program crashed while another thread was in printf, and hung: exit waits for it, _exit does not");
  } else {
    report(ROBUST, PASS, name, "a crash while another thread is in printf gets its message");
  }
}

void check_malloc(const char *name) {
  const struct box_result *result = crash("malloc");
  if (!result) {
    report_not_tried(ROBUST, name);
  } else if (result->streams[BOX_SENT].total) {
    report(ROBUST, FAIL, name,
           "the handler calls malloc or free (perhaps by printf): it hangs if the crash was in malloc");
  } else if (!has_message(result)) {
    report(ROBUST, UNDECIDED, name, "no message was printed");
  } else {
    report(ROBUST, PASS, name, "the handler calls neither malloc nor free");
  }
}

void check_raise(const char *name) {
  const struct box_result *result = crash("raise");
  if (!result) {
    report_not_tried(ROBUST, name);
  } else if (strstr(result->streams[BOX_OUT].text, "still here")) {
    report(ROBUST, FAIL, name,
           "a program that was sent SIGSEGV went on: such a signal does not come again by itself");
  } else if (!box_ended(result)) {
    report(ROBUST, FAIL, name, "a program that was sent SIGSEGV %s", box_describe(result).string);
  } else {
    report(ROBUST, PASS, name, "a SIGSEGV that was sent by raise or kill ends the program too");
  }
}

void check_unheard(const char *name) {
  const struct box_result *result = crash("unheard");
  if (!result) {
    report_not_tried(ROBUST, name);
  } else if (box_ended(result)) {
    report(ROBUST, PASS, name, "a crash with standard output and error closed ends the program");
  } else {
    report(ROBUST, FAIL, name, "a program whose standard output and error were closed crashed, and %s",
           box_describe(result).string);
  }
}

static void check_other_crash(const char *name, const char *mode, const char *what, const char *hint) {
  const struct box_result *result = crash(mode);
  if (!result) {
    report_not_tried(ROBUST, name);
  } else if (has_message(result) && box_ended(result)) {
    report(ROBUST, PASS, name, "%s gets a message", what);
  } else {
    report(ROBUST, FAIL, name, "%s: %s, it %s%s", what,
           has_message(result) ? "after the message" : "no message", box_describe(result).string, hint);
  }
}

void check_pipe(const char *name) {
  check_other_crash(name, "pipe", "a crash with standard output in a pipe",
                    " (stdout keeps text back there: write does not, or fflush)");
}

void check_overflow(const char *name) {
  check_other_crash(name, "overflow", "a stack overflow",
                    " (see sigaltstack: the handler needs a stack of its own)");
}

void check_thread(const char *name) {
  check_other_crash(name, "thread", "a crash in a second thread", "");
}

void check_thread_overflow(const char *name) {
  check_other_crash(name, "thread-overflow", "a stack overflow in a second thread",
                    " (sigaltstack is for one thread only)");
}
