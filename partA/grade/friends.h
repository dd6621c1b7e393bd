/* What the checks of letsbefriends share: runs of the program that crashes, and
 * what came of them. A check is a function that reports one line. */
#ifndef FRIENDS_H
#define FRIENDS_H

#include <stdbool.h>

#include "../../partB/grade/pace.h"
#include "../../partB/grade/report.h"
#include "../../partB/harness/box.h"

enum way { ALONE, LINKED, PRELOADED };

/* One run of a program, with the library in one of the ways. */
struct run {
  enum way way;
  const char *mode;        /* of the victim; or NULL, then argv is run */
  char *const *argv;       /* another program, preloaded or alone */
  unsigned long long when; /* the time of day that the program sees, in seconds; 0: the real one */
  bool graded;             /* a check that is required: see pace_run */
  bool alike;              /* it lies at the same addresses in every such run, so that these are no seed */
};

/* Where things are: the grader's own programs, and this grading's directory. */
void friends_startup(const char *build, const char *work);

/* The path of the program that crashes, not linked with the library. */
const char *friends_victim(void);

/* Could the program be linked with the library? */
bool friends_linked(void);

/* The result is valid until the next run. NULL: nothing is known, see pace_reason. */
const struct box_result *friends_run(const struct run *run);

/* How many processes all runs together have left behind. */
int friends_left_behind(void);

/* What was printed on a stream, BOX_OUT or BOX_ERR, when main had begun, besides what is no message: the
 * lines that the program prints itself, and those that it prints with the library when it is healthy and
 * silent, a farewell. Valid until the next call. */
const char *friends_message(const struct box_result *result, int stream);

/* Is there a message on either stream? */
bool has_message(const struct box_result *result);

/* Where there is no message, or no end: the end of a sentence on what probably happened, as far as can
 * be seen from outside. */
const char *friends_guess(enum way way, const struct box_result *result);

/* Takes the words with a digit in them for one, such as addresses and process ids: they say nothing new. */
void forget_numbers(char *text);

/* A check's line in a few words: report(...) with what holds, or why not. */
typedef void friends_check(const char *name);

void report_not_tried(enum section section, const char *name);

friends_check check_linked, check_preloaded, check_every_crash, check_eight, check_random, check_ends,
    check_healthy_linked, check_healthy_preloaded;

friends_check check_quiet, check_status, check_stderr, check_same_second, check_printf, check_malloc,
    check_rand, check_state, check_ignored, check_raise, check_unheard, check_pipe, check_overflow,
    check_thread, check_thread_overflow;

#endif
