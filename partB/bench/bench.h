/* What the files of the benchmark share. Each calls only those below it:
 *
 *   bench.c      options; runs the scenarios
 *   scenarios.c  what is measured: a table of races, rows and bars
 *   laps.c, many.c, rounds.c, freeing.c   what racers do
 *   race.c       fair measuring of several contenders
 *   report.c     tables for people and CSV for programs
 *   method.c, bare.c   the ways to copy that are compared */
#ifndef BENCH_H
#define BENCH_H

#include <stdbool.h>
#include <stdio.h>
#include <sys/types.h>

#include "../measure/measure.h"
#include "lazycopy.h"

/* ---- method.c: a block is an original or a copy; both can be read and written ---- */

struct block {
  size_t count;  /* chunks */
  char *start;   /* where they lie side by side, or NULL: */
  char **chunks; /* where each of them lies */
  int file;      /* kernel: the file behind it */
  size_t first;  /* kernel and bare: where in the original, in chunks */
  pid_t child;   /* fork: the process that holds the snapshot */
};

struct method {
  /* Makes an original, not touched yet. */
  bool (*alloc)(struct block *block, size_t count);
  /* False if no copy can be had; errno tells why. For fork, the child sees the copy, and the
   * block is the parent's memory: one of the two sides, as for the other methods. */
  bool (*copy)(const struct block *source, struct block *copy);
  void (*release)(struct block *copy);
  /* Once all copies are released: the original writable as before, the cheapest way. NULL: it is. */
  void (*renew)(struct block *source);
  /* Gives the original the bytes of its one copy, at its addresses. NULL: cannot. */
  void (*restore)(struct block *source, const struct block *copy);
};

/* BARE is the system calls of lazy copying and the few steps of a split, with no library
 * around them, in the places that are best for them: below it nobody gets on this machine.
 * SHARED is the eager copy, into shared memory, of the lab's plain answer. COMPARE copies
 * the pages that memcmp finds to differ. */
enum way { LAZY, HANDOUT, KERNEL, FORK, EAGER, EAGER_WARM, BARE, SHARED, SNAPSHOT, COMPARE, WAYS };
extern const struct method methods[WAYS];

bool bare_alloc(struct block *block, size_t count), bare_copy(const struct block *source, struct block *copy);
void bare_release(struct block *copy), bare_renew(struct block *source);
void bare_restore(struct block *source, const struct block *copy);

char *chunk_at(const struct block *block, size_t index);
struct block part(const struct block *block, size_t first, size_t count); /* not to be released */
void touch(const struct block *block);                                    /* writes to every page */

/* ---- race.c: each racer in processes of its own, so that none leaves anything behind for the
 * next; and process by process in turn, so that what the machine does meanwhile meets all ---- */

/* What a lap may find out: microseconds, bytes, and how many. What it does not set is 0. Copies
 * again are those of what has been written since; the last write is that of the last sharer; to undo is
 * to restore; a wait is the longest of a write. */
enum { NONE, COPY, SECOND, AGAIN, WRITE, LAST, BOTH, ALLOC, FREE, UNDO, WAIT, START };
enum { MEMORY = START + 1, WRITTEN };
enum { MAPPINGS = WRITTEN + 1, LIMIT, THREADS, WRONG, FIGURES };

struct racer;
typedef void preparation(const struct racer *racer), measurement(const struct racer *racer, double *figures);

struct plan {
  preparation *prepare; /* once in each process; or NULL */
  measurement *lap;
  size_t chunks; /* of the original; 0: x bytes, where x is a point of the scenario's */
  size_t copies; /* for lap_many; and that a ring keeps */
  /* For each racer, and in each process after a lap that does not count. If there is one lap
   * only, it is the first: for what takes much memory or leaves a state behind. */
  size_t processes, laps;
  enum { ONE_BYTE, WHOLE_CHUNK, NOTHING_FREED } how; /* the last: so that no frame is used again */
  double memory;                                     /* that it takes at most, in originals; if it counts */
};

struct racer {
  const char *name; /* NULL: does not run */
  double x;         /* what a curve is drawn over; the rest, too, is for prepare and lap to use */
  const struct method *method;
  const char *program, *preload;
  bool once; /* in one process only */
  const struct plan *plan;
};

enum { MOST_LAPS = 32 };
struct outcome {
  double laps[MOST_LAPS][FIGURES];
  size_t count;
  char failure[160]; /* why there are no figures, or empty */
};

void race(const struct racer *racers, struct outcome *outcomes); /* WAYS of each */
_Noreturn void drop_out(const char *what); /* ends a racer with the failure "WHAT: error of errno" */

/* ---- laps.c, many.c, rounds.c, freeing.c: what racers do; times are for each of what is done ---- */

/* An original, touched or random; a small one with x copies; a program's surroundings. */
preparation prepare_original, prepare_random, prepare_many_copies, prepare_program;
measurement lap_copy_each, lap_write_each, lap_write_some, lap_copy_block, lap_copy_then_write, lap_snapshots,
    lap_memory, lap_records, lap_alloc_free, lap_start, lap_many, lap_ring, lap_restore, lap_scattered_writes,
    lap_free_sparse, lap_wait;

/* ---- scenarios.c: what is raced, and what of it is reported ---- */

/* A figure of one racer, or of each: no name has a comma, which parts the columns. */
enum { EACH = -1 };
struct row {
  int racer, figure;
  const char *part; /* a table of its own, in the CSV "SCENARIO: PART"; or NULL */
  const char *name; /* NULL: the racer's */
};

/* One figure lap by lap, less another, or divided by it. */
struct bar {
  const char *what;
  struct term {
    int racer, figure; /* NONE: 0 */
  } one;
  enum { MINUS, OVER } operation;
  struct term other;
  enum { MOST, LEAST } sense;
  double limit;
};

extern const struct scenario {
  struct {
    const char *name, *title;
  };
  struct plan plan;
  struct racer racers[WAYS]; /* the n-th has the n-th method, if it names no other */
  struct row rows[6];
  struct bar bars[6];
  struct {
    const double *points; /* the values of x, ended by a negative one; NULL: the racers have their own */
    const char *over;     /* what x is */
  } curve;
} scenarios[]; /* the last one has no name */

/* ---- report.c: whether a bar is met is a report, never a failure ---- */

void report_to(FILE *csv); /* rows for programs; tables go to standard output */
void report_scenario(const struct scenario *scenario, const struct racer *racers,
                     const struct outcome *outcomes);
void report_end(const char *remark);

#endif
