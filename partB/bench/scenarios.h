/* What the benchmark measures. A scenario races the methods it is about, prints
 * their figures, and compares them with the bars that the library is held to. */
#ifndef SCENARIOS_H
#define SCENARIOS_H

#include <stdbool.h>
#include <stddef.h>

#include "race.h"

/* Smaller sizes and fewer laps: all of it within 20 seconds. */
extern bool quick;

static inline size_t quick_or(size_t quickly, size_t normally) {
  return quick ? quickly : normally;
}

/* one_chunk.c */
void scenario_one_chunk(void);
void scenario_first_write(void);
void scenario_whole_chunk(void);
void scenario_fresh_frames(void);

/* blocks.c */
void scenario_snapshots(void);
void scenario_gigabyte(void);

/* many.c */
void scenario_live_copies(void);
void scenario_million(void);
void scenario_scattered(void);

/* overhead.c */
void scenario_records(void);
void scenario_alloc_free(void);

/* curves.c */
void scenario_copy_size(void);
void scenario_break_even(void);
void scenario_first_write_live(void);
void scenario_memory(void);

/* programs.c */
void scenario_idle(void);
void scenario_start_up(void);
void scenario_crash(void);

/* What many scenarios need in a racer's process: the original, touched, of
 * racer->chunks chunks made by racer->method. */
extern struct block original;
void prepare_original(const struct racer *racer);

/* After all copies are released: the original as if just written. */
void rewrite_original(const struct racer *racer);

/* Makes a copy or drops out. */
struct block need_copy(const struct racer *racer, struct block source);

/* The time of one write to one byte of a chunk. */
double time_write(char *address);

#endif
