/* Runs a program, or a function, that may misbehave, in a process of its own with
 * limits: it may loop, crash, print without end, take all memory, leave children behind
 * or exit with any status, and the caller still goes on and knows what happened.
 *
 *   struct box box = {.argv = argv, .seconds = 3, .patience = 10, .confined = true};
 *   struct box_result result;
 *   box_run(&box, &result);
 *   if (result.ending == ENDED_BY_EXIT) ... result.code, result.streams[BOX_ERR].text
 *
 * The program's standard input is empty, its output is kept, and on descriptor
 * BOX_CHANNEL it may send what is not for its output. What limits it: processor
 * time, with all that it starts; our patience with a program that only sleeps (see
 * effort.h); if it is confined, also resident memory, private memory, output, size of
 * files, processes, and no core dump. In the end all that it has started is stopped, then killed:
 * also a program that starts processes without end, also if a signal (INT, TERM, HUP) ends the caller.
 *
 * It guards against mistakes, not against malice: the program runs as the same user, with the same files
 * and network; one that becomes another user (by a set-user-ID program) may outlive its end.
 *
 * Graders and tests use it, and whatever runs a stranger's program may: it needs box.o and the files in
 * HARNESS_BOX of harness.mk, one call of box_startup, and no other children of the caller while a box
 * runs (they would be taken for the program's, and killed). */
#ifndef BOX_H
#define BOX_H

#include <stdbool.h>
#include <stddef.h>

enum {
  BOX_CHANNEL = 100, /* high, so that no program opens it by chance */
  BOX_TEXT = 16384   /* bytes of a stream that are kept */
};

/* Standard output, standard error, and what comes by BOX_CHANNEL. */
enum { BOX_OUT, BOX_ERR, BOX_SENT, BOX_STREAMS };

struct box {
  char *const *argv;                /* argv[0] is looked up in PATH; or NULL: */
  void (*run)(const void *subject); /* what to call; returning is exit(0) */
  const void *subject;
  const char *const *added; /* environment variables NAME=VALUE to set; may be NULL */
  double seconds;           /* limit of processor time, on the reference machine */
  double patience;          /* seconds that it may sleep, on the reference machine */
  bool confined;
};

enum box_ending {
  RUNS_STILL, /* never in a result */
  ENDED_BY_EXIT,
  ENDED_BY_SIGNAL,
  STOPPED_FOR_TIME, /* too much processor time */
  STOPPED_ASLEEP,   /* it used none, and waited for what never came */
  STOPPED_STARVING, /* the machine gave it too little to tell */
  STOPPED_FOR_OUTPUT,
  STOPPED_FOR_MEMORY,
  STOPPED_FOR_PROCESSES,
  STOPPED_BY_OTHERS, /* a signal came for the caller, and was caught by it */
  NOT_STARTED
};

struct box_stream {
  char text[BOX_TEXT + 1]; /* the beginning, of the channel the end; a null byte follows */
  size_t kept, total;      /* bytes */
};

struct box_result {
  enum box_ending ending;
  int code;        /* exit status or signal */
  double seconds;  /* of processor time, with what all that it started took */
  double limit;    /* the seconds it was given on this machine */
  int left_behind; /* processes that outlived the program, and were killed */
  struct box_stream streams[BOX_STREAMS];
};

/* Prepares this process; once, before the first box_run. */
void box_startup(void);

/* Runs a program to its end, or stops it. */
void box_run(const struct box *box, struct box_result *result);

/* Did the program end by itself, in whatever way? */
bool box_ended(const struct box_result *result);

/* How it ended, as the end of a sentence whose subject is the program:
 * "crashed (Segmentation fault)", "was stopped after 3.0 s", ... */
struct box_text {
  char string[160];
};
struct box_text box_describe(const struct box_result *result);

#endif
