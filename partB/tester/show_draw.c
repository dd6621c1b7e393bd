#include "show_draw.h"

#include <stdio.h>

#include "lazycopy.h"

/* The picture is put together cell by cell, then printed with its colours. */
enum { WIDTH = 14, ROWS = 3 + CHUNKS + 2, COLUMNS = CHUNKS * WIDTH + 2 };
static char cells[ROWS][COLUMNS];
static int colours[ROWS][COLUMNS];

/* What is being drawn. */
static const struct chunk *chunks, *frames;

static void put(int row, int column, const char *text, int colour) {
  for (; *text; text++, column++) {
    cells[row][column] = *text;
    colours[row][column] = colour;
  }
}

/* The columns of the lines that lead down from a chunk and up from a frame. */
static int chunk_line(int column) {
  return column * WIDTH + 5;
}

/* Beside the line of the chunk above it, if that chunk has another frame. */
static int frame_line(int place) {
  bool beside = chunks[place].live && chunks[place].place != place;
  return chunk_line(place) + (beside ? 3 : 0);
}

/* A frame whose chunks do not all stand right above it needs a bar to join them. */
static bool needs_bar(int place) {
  for (int i = 0; i < CHUNKS; i++) {
    if (chunks[i].live && chunks[i].place == place && i != place) return true;
  }
  return false;
}

static void draw_bar(int place, int row) {
  int left = frame_line(place), right = left;
  for (int i = 0; i < CHUNKS; i++) {
    if (!chunks[i].live || chunks[i].place != place) continue;
    if (chunk_line(i) < left) left = chunk_line(i);
    if (chunk_line(i) > right) right = chunk_line(i);
    put(row, chunk_line(i), "+", NONE);
  }
  put(row, frame_line(place), "+", NONE);
  for (int column = left; column < right; column++) {
    if (cells[row][column] == ' ') put(row, column, "-", NONE);
  }
}

/* Lines from the chunks of one frame down to the row of their bar, or to the
 * frame if there is none, and from there on to the frame. */
static void draw_lines(int place, int bar, int bottom) {
  for (int i = 0; i < CHUNKS; i++) {
    if (!chunks[i].live || chunks[i].place != place) continue;
    for (int row = 2; row < bar; row++) put(row, chunk_line(i), "|", NONE);
  }
  for (int row = bar + 1; row < bottom; row++) put(row, frame_line(place), "|", NONE);
}

static void draw_chunk(int column) {
  const struct chunk *chunk = &chunks[column];
  char text[WIDTH];
  if (!chunk->address) return;
  put(0, column * WIDTH + 5, (char[]){(char)('a' + column), 0}, NONE);
  if (chunk->live) {
    snprintf(text, sizeof text, "[ %s  '%c' ]", chunk->protection, *chunk->address);
    put(1, column * WIDTH, text, chunk->place);
  } else {
    put(1, column * WIDTH, "    freed", NONE);
  }
}

static void draw_frame(int place, int row) {
  char text[WIDTH];
  snprintf(text, sizeof text, frames[place].inode ? "[ frame %2llu ]" : "[ memory   ]",
           frames[place].offset / CHUNKSIZE % 100);
  put(row, place * WIDTH, text, place);
}

/* Returns the number of rows. */
static int draw(void) {
  int bars[CHUNKS], rows = 3;
  for (int place = 0; place < CHUNKS; place++) bars[place] = needs_bar(place) ? rows++ : NONE;
  int bottom = rows > 3 ? rows + 1 : rows;
  for (int row = 0; row < ROWS; row++) {
    for (int column = 0; column < COLUMNS; column++) put(row, column, " ", NONE);
  }
  for (int i = 0; i < CHUNKS; i++) draw_chunk(i);
  for (int place = 0; place < CHUNKS; place++) {
    if (!frames[place].live) continue;
    draw_lines(place, bars[place] == NONE ? bottom : bars[place], bottom);
    draw_frame(place, bottom);
  }
  for (int place = 0; place < CHUNKS; place++) {
    if (bars[place] != NONE) draw_bar(place, bars[place]);
  }
  return bottom + 1;
}

/* Black on a background of its own for each frame: readable on any terminal. */
static void print_row(int row, bool colour) {
  static const char *const backgrounds[CHUNKS] = {"\033[30;46m", "\033[30;43m", "\033[30;45m"};
  int last = COLUMNS, now = NONE;
  while (last > 0 && cells[row][last - 1] == ' ') last--;
  if (last > 0) fputs("    ", stdout);
  for (int column = 0; column < last; column++) {
    int next = colour ? colours[row][column] : NONE;
    if (next != now) fputs(next == NONE ? "\033[0m" : backgrounds[next], stdout);
    now = next;
    putchar(cells[row][column]);
  }
  puts(now == NONE ? "" : "\033[0m");
}

void draw_sharing(const struct chunk the_chunks[CHUNKS], const struct chunk the_frames[CHUNKS], bool colour) {
  chunks = the_chunks;
  frames = the_frames;
  int rows = draw();
  for (int row = 0; row < rows; row++) print_row(row, colour);
}
