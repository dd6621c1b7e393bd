/* What racers do. Figures that are times are for each of what is done. */
#ifndef LAPS_H
#define LAPS_H

#include "race.h"

/* An original of racer->chunks chunks: of every page one word is touched, or all are random; or
 * a small one with x copies; or a program's surroundings. */
preparation prepare_original, prepare_random, prepare_many_copies, prepare_program;

measurement lap_copy_each;       /* one chunk after another */
measurement lap_write_each;      /* copied, written and freed, one after another; see how */
measurement lap_write_some;      /* a byte in some of x copies that live on */
measurement lap_copy_block;      /* a copy, a second one, and one after all of it was written */
measurement lap_copy_again;      /* many copies, all of it written in between */
measurement lap_copy_then_write; /* a byte in x percent of its chunks */
measurement lap_snapshots;       /* x copies with writes in between; only the last one is kept */
measurement lap_million;         /* 64 copies, then x words written anywhere in them */
measurement lap_scattered;       /* x copies of single chunks in random order */
measurement lap_memory;          /* of a block and x copies, some of their chunks written */
measurement lap_records;         /* the library's own bytes a chunk, x copies: if many, of single chunks */
measurement lap_alloc_free;      /* chunk_alloc and chunk_free */
measurement lap_start;           /* the racer's program, many times */

#endif
