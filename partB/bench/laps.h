/* What racers do. Figures that are times are for each of what is done. */
#ifndef LAPS_H
#define LAPS_H

#include "race.h"

typedef void preparation(const struct racer *racer), lap(const struct racer *racer, double *figures);

/* The original is of racer->chunks chunks, and every page is touched. */
preparation prepare_original, prepare_many_copies, prepare_numbered, prepare_program;

/* Single chunks: copied one after another; or copied, written and freed, one after another. */
lap lap_copy_each, lap_write_byte_each, lap_write_chunk_each;

/* When nothing is ever freed, so that no frame can be used a second time: first writes to
 * copies, and to the originals after them. */
lap lap_write_fresh;

/* First writes to some of x copies that live on. */
lap lap_write_some;

/* A block: copied, copied a second time, and again after all of it was written; or only copied
 * again and again. */
lap lap_copy_block, lap_copy_again;

/* Copied, and a byte written in x percent of its chunks. */
lap lap_copy_then_write;

/* Copied x times, with writes in between; only the last copy is kept. */
lap lap_snapshots;

/* Copied 64 times, then x words written anywhere in the copies. */
lap lap_million;

/* x copies of single chunks in random order, more than there are mappings. */
lap lap_scattered;

/* The memory of a block and x copies, some of their chunks written. */
lap lap_memory;

/* The library's own bytes for each chunk, with x copies: of single chunks, if they are many. */
lap lap_records;

/* chunk_alloc and chunk_free. */
lap lap_alloc_free;

/* The racer's program is started many times, and once so that it counts. */
lap lap_start;

#endif
