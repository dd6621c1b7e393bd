#include "show_draw.h"

#include <stdio.h>

/* The picture is put together cell by cell, then printed with its colours. */
enum { WIDTH = 14, ROWS = 3 + MOST_CHUNKS + 2, COLUMNS = MOST_CHUNKS * WIDTH + 2 };
static char cells[ROWS][COLUMNS];
static int colours[ROWS][COLUMNS];

/* What is being drawn. */
static const struct steps *steps;
static const struct chunk *chunks;
static const struct layout *layout;

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
  bool beside = layout->place[place] != NONE && layout->place[place] != place;
  return chunk_line(place) + (beside ? 3 : 0);
}

/* A frame whose chunks do not all stand right above it needs a bar to join them. */
static bool needs_bar(int place) {
  for (int i = 0; i < MOST_CHUNKS; i++) {
    if (layout->place[i] == place && i != place) return true;
  }
  return false;
}

static void draw_bar(int place, int row) {
  int left = frame_line(place), right = left;
  for (int i = 0; i < MOST_CHUNKS; i++) {
    if (layout->place[i] != place) continue;
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
  for (int i = 0; i < MOST_CHUNKS; i++) {
    if (layout->place[i] != place) continue;
    for (int row = 2; row < bar; row++) put(row, chunk_line(i), "|", NONE);
  }
  for (int row = bar + 1; row < bottom; row++) put(row, frame_line(place), "|", NONE);
}

static void draw_chunk(int column) {
  const struct chunk *chunk = &chunks[column];
  char text[WIDTH + 1];
  if (!chunk->address) return;
  put(0, column * WIDTH + 5, (char[]){steps->names[column], 0}, NONE);
  if (!chunk->live) {
    put(1, column * WIDTH, "    freed", NONE);
    return;
  }
  if (!chunk->readable) {
    snprintf(text, sizeof text, "[ %s   -  ]", chunk->protection);
  } else if (chunk->first >= ' ' && chunk->first <= '~') {
    snprintf(text, sizeof text, "[ %s  '%c' ]", chunk->protection, chunk->first);
  } else {
    snprintf(text, sizeof text, "[ %s 0x%02x ]", chunk->protection, chunk->first);
  }
  put(1, column * WIDTH, text, layout->place[column]);
}

static void draw_frame(int place, int row) {
  char text[WIDTH + 1];
  snprintf(text, sizeof text, layout->frames[place].is_shared_memory ? "[ frame %2d ]" : "[ memory   ]",
           layout->frames[place].number % 100);
  put(row, place * WIDTH, text, place);
}

/* Returns the number of rows. */
static int draw(void) {
  int bars[MOST_CHUNKS], rows = 3;
  for (int place = 0; place < MOST_CHUNKS; place++) bars[place] = needs_bar(place) ? rows++ : NONE;
  int bottom = rows > 3 ? rows + 1 : rows;
  for (int row = 0; row < ROWS; row++) {
    for (int column = 0; column < COLUMNS; column++) put(row, column, " ", NONE);
  }
  for (int i = 0; i < MOST_CHUNKS; i++) draw_chunk(i);
  for (int place = 0; place < MOST_CHUNKS; place++) {
    if (!layout->frames[place].live) continue;
    draw_lines(place, bars[place] == NONE ? bottom : bars[place], bottom);
    draw_frame(place, bottom);
  }
  for (int place = 0; place < MOST_CHUNKS; place++) {
    if (bars[place] != NONE) draw_bar(place, bars[place]);
  }
  return bottom + 1;
}

/* Black on a background of its own for each frame: readable on any terminal. */
static void print_row(int row, bool colour) {
  static const char *const backgrounds[MOST_CHUNKS] = {"\033[30;46m",  "\033[30;43m", "\033[30;45m",
                                                       "\033[30;42m",  "\033[30;47m", "\033[30;106m",
                                                       "\033[30;103m", "\033[30;105m"};
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

void draw_sharing(const struct steps *the_steps, const struct moment *moment, const struct layout *the_layout,
                  bool colour) {
  steps = the_steps;
  chunks = moment->chunks;
  layout = the_layout;
  int rows = draw();
  for (int row = 0; row < rows; row++) print_row(row, colour);
}
