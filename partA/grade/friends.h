/* What the checks of letsbefriends share: runs of the program that crashes, and
 * what came of them. */
#ifndef FRIENDS_H
#define FRIENDS_H

#include "../../partB/grade/check.h"
#include "../../partB/harness/box.h"

enum way { ALONE, LINKED, PRELOADED };

/* One run of a program, with the library in one of the ways. */
struct run {
  enum way way;
  const char *mode;        /* of the victim; or NULL, then argv is run */
  char *const *argv;       /* another program, preloaded or alone */
  unsigned long long when; /* the time of day that the program sees, in seconds; 0: the real one */
  bool alike;              /* it lies at the same addresses in every such run, so that these are no seed */
};

/* The library; the programs that crash lie beside it. */
void friends_startup(const char *library);

/* The path of the program that crashes, not linked with the library. */
const char *friends_victim(void);

/* Fails the check if the program could not be linked with the library. */
void need_linked(void);

/* The result is valid until the next run. If nothing is known, the check is undecided; asking: NULL, and no
 * more time than others have left. */
const struct box_result *friends_run(const struct run *run);
const struct box_result *friends_ask(const struct run *run);

/* What was printed on a stream, BOX_OUT or BOX_ERR, when main had begun, besides what is no message: the
 * lines that the program prints itself, and those that it prints with the library when it is healthy and
 * silent, a farewell. Valid until the next call. */
const char *friends_message(const struct box_result *result, int stream);

/* Is there a message on either stream? */
bool has_message(const struct box_result *result);

/* Where there is no message, or no end: the end of a sentence on what probably happened, as far as can
 * be seen from outside. */
const char *friends_guess(enum way way, const struct box_result *result);

/* Takes the words with a digit in them for one, such as addresses and process ids, and those of dates: they
 * say nothing new. Colours go. */
void forget_numbers(char *text);

void check_linked(void), check_preloaded(void), check_every_crash(void), check_eight(void),
    check_random(void), check_ends(void), check_healthy_linked(void), check_healthy_preloaded(void);
void check_quiet(void), check_status(void), check_stderr(void), check_same_second(void), check_printf(void),
    check_malloc(void), check_rand(void), check_state(void), check_ignored(void), check_raise(void),
    check_pipe(void), check_unheard(void), check_overflow(void), check_thread(void),
    check_thread_overflow(void);

#endif
