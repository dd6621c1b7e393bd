/* undo: an undo history of a large buffer. Every edit leaves behind a lazy copy of
 * the whole picture as it was; that takes next to no time, and memory only for
 * the chunks that edits change. To undo is to go back to an older picture.
 *
 *   undo           draws 100 brush strokes, undoes and redoes some, then all
 *   undo STROKES   as many as that
 *
 * Exit status: 0 if every picture was right, 1 if not, 2 for bad usage or lack
 * of memory. */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lazycopy.h"

enum { WIDTH = 4096, HEIGHT = 4096, CHUNKS = WIDTH * HEIGHT / CHUNKSIZE, BRUSH = 100 }; /* bytes are pixels */
enum { DEPTH = 1000 };                                                                  /* edits remembered */

/* pictures[i] is the one after i edits. The newer ones are there to redo. */
struct history {
  unsigned char *pictures[DEPTH + 1];
  size_t now, newest;
};

static void forget_redo(struct history *history) {
  while (history->newest > history->now) chunks_free(history->pictures[history->newest--], CHUNKS);
}

static void forget_oldest(struct history *history) {
  chunks_free(history->pictures[0], CHUNKS);
  memmove(history->pictures, history->pictures + 1, history->newest * sizeof *history->pictures);
  history->newest--;
  history->now--;
}

/* Begins an edit: returns the picture to draw on, or NULL if there is no memory.
 * The copy becomes the past, and the original is edited: the library keeps a
 * written original where it is, so that the next copy of it is cheap, too. */
static unsigned char *begin_edit(struct history *history) {
  forget_redo(history);
  if (history->now == DEPTH) forget_oldest(history);
  unsigned char *picture = history->pictures[history->now];
  unsigned char *past = chunks_copy_lazy(picture, CHUNKS);
  if (!past) return NULL;
  history->pictures[history->now] = past;
  history->pictures[++history->now] = picture;
  history->newest = history->now;
  return picture;
}

/* Both return whether there was anything to undo or redo. */
static bool undo(struct history *history) {
  if (history->now == 0) return false;
  history->now--;
  return true;
}

static bool redo(struct history *history) {
  if (history->now == history->newest) return false;
  history->now++;
  return true;
}

static void draw_stroke(unsigned char *picture) {
  size_t left = (size_t)rand() % (WIDTH - BRUSH), top = (size_t)rand() % (HEIGHT - BRUSH);
  for (size_t row = top; row < top + BRUSH; row++)
    memset(picture + row * WIDTH + left, 1 + rand() % 255, BRUSH);
}

/* Depends on every pixel and its place. */
static uint64_t fingerprint(const struct history *history) {
  const unsigned char *picture = history->pictures[history->now];
  uint64_t print = 0;
  for (size_t i = 0; i < WIDTH * HEIGHT; i++) print = print * 1099511628211u + picture[i];
  return print;
}

static bool expect(const char *what, uint64_t before, const struct history *history) {
  bool same = fingerprint(history) == before;
  printf("%-24s %s\n", what, same ? "as it was" : "NOT as it was");
  return same;
}

static void print_memory(size_t strokes) {
  struct chunk_stats stats;
  chunk_get_stats(&stats);
  printf("%zu strokes on a picture of %d MiB\n", strokes, CHUNKS * CHUNKSIZE >> 20);
  printf("%-24s %zu MiB\n", "eager copies would take", (stats.live_chunks * CHUNKSIZE) >> 20);
  printf("%-24s %zu MiB\n", "the history takes", (stats.frames_in_use * CHUNKSIZE) >> 20);
}

static size_t read_strokes(const char *text) {
  char *end;
  unsigned long strokes = strtoul(text, &end, 10);
  if (*text >= '0' && *text <= '9' && *end == '\0' && strokes >= 2 && strokes <= DEPTH) return strokes;
  fprintf(stderr, "undo: '%s' is not a number from 2 to %d\n", text, DEPTH);
  exit(2);
}

int main(int argc, char **argv) {
  size_t strokes = argc > 1 ? read_strokes(argv[1]) : 100;
  static struct history history;
  history.pictures[0] = chunks_alloc(CHUNKS);
  if (!history.pictures[0]) return perror("undo"), 2;
  uint64_t empty = fingerprint(&history), half = 0;
  for (size_t i = 0; i < strokes; i++) {
    unsigned char *picture = begin_edit(&history);
    if (!picture) return perror("undo"), 2;
    draw_stroke(picture);
    if (i + 1 == strokes / 2) half = fingerprint(&history);
  }
  uint64_t all = fingerprint(&history);
  print_memory(strokes);

  for (size_t i = strokes / 2; i < strokes; i++) undo(&history);
  bool right = expect("half undone:", half, &history);
  while (redo(&history)) continue;
  right = expect("redone:", all, &history) && right;
  while (undo(&history)) continue;
  right = expect("all undone:", empty, &history) && right;
  return right ? 0 : 1;
}
