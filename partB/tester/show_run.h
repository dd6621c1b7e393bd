/* Does the steps with somebody's lazycopy, in a process of its own, and notes after each
 * what the kernel has mapped for the chunks (from /proc/self/maps) and what is in them. */
#ifndef SHOW_RUN_H
#define SHOW_RUN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../harness/box.h"
#include "show_steps.h"

enum { MOST_LINES = 3, LONGEST_LINE = 110 };

/* The functions of an answer; those that it has not are NULL. */
struct answer {
  void (*startup)(void);
  void (*functions[ACTS])(void); /* by act: what act_functions names */
  void (*get_stats)(void *figures);
};

/* What get_stats fills in: the same as struct chunk_stats of the library. */
struct figures {
  size_t live_chunks, sharing_chunks, frames_in_use, frames_cached, bytes_saved, splits, splits_without_copy,
      eager_fallbacks, kernel_mappings;
};

struct chunk {
  uintptr_t address; /* 0: not made yet */
  bool live;
  bool pinned;               /* it has private memory, as the library was asked to give it */
  bool has_frame;            /* there is memory behind it: not if it is not mapped, or is asleep */
  bool shared;               /* that memory can be mapped twice; else it is private */
  bool readable;             /* all of it; its bytes are known only then */
  bool in_pieces;            /* its parts belong to different memory */
  char protection[4];        /* "rw-", "r--", or "---" */
  size_t writable;           /* bytes that may be written */
  size_t missing;            /* bytes that are not mapped */
  char device[12];           /* with the inode: the shared memory that it maps; */
  unsigned long long inode;  /* empty and 0 if it is private */
  unsigned long long offset; /* where in it; for private memory, the address */
  unsigned char first;       /* its first byte */
  bool wrong;                /* a byte is not what it should be: the first one that is not, */
  size_t wrong_at;           /* where it is, and both values */
  unsigned char is, should_be;
  char lines[MOST_LINES][LONGEST_LINE]; /* of the kernel's list */
  int line_count;
};

enum progress { NOT_BEGUN, BEGUN, LOOKED_AT };

/* What there was after a step. */
struct moment {
  enum progress progress;
  bool left_out;    /* the answer has no such function */
  bool refused;     /* the function returned NULL, or -1 */
  bool not_zero;    /* a new chunk does not hold zeros */
  bool bad_address; /* what was returned is no chunk's address: not all is mapped, or not writable */
  struct chunk chunks[MOST_CHUNKS];
  bool has_figures;
  struct figures figures;
};

struct run {
  struct moment moments[MOST_STEPS];
  struct box_result result; /* how the process ended */
};

/* False if there is no memory for it. */
bool show_run(const struct answer *answer, const struct steps *steps, struct run *run);

/* What the process printed in step number i, from 0. */
struct printed {
  const char *text;
  size_t length;
};
struct printed printed_in_step(const struct run *run, int i);

#endif
