#include "show_frames.h"

#include <stdio.h>
#include <string.h>

bool same_frame(const struct chunk *a, const struct chunk *b) {
  return a->has_frame && b->has_frame && strcmp(a->device, b->device) == 0 && a->inode == b->inode &&
         a->offset == b->offset;
}

bool copied_whole(const struct chunk *before, const struct chunk *now) {
  return before->has_frame && now->has_frame && !same_frame(before, now) && now->readable &&
         !now->in_pieces && !now->wrong;
}

static bool in_use(const struct moment *moment, const struct chunk *frame) {
  for (int i = 0; i < MOST_CHUNKS; i++) {
    if (moment->chunks[i].live && same_frame(&moment->chunks[i], frame)) return true;
  }
  return false;
}

static int place_of(const struct layout *layout, const struct chunk *chunk) {
  for (int place = 0; place < MOST_CHUNKS; place++) {
    if (layout->frames[place].live && same_frame(&layout->frames[place].chunk, chunk)) return place;
  }
  return NONE;
}

/* Its number: a new one for memory that was not seen before. */
static int number_of(struct layout *layout, const struct chunk *chunk) {
  int number = 0;
  while (number < layout->numbers && !same_frame(&layout->known[number], chunk)) number++;
  if (number == layout->numbers && number < (int)(sizeof layout->known / sizeof layout->known[0])) {
    layout->known[layout->numbers++] = *chunk;
  }
  return number;
}

/* A new frame gets the column below its chunk, or the next that is free: there are never
 * more frames than chunks. */
void layout_go_on(struct layout *layout, const struct moment *moment) {
  for (int place = 0; place < MOST_CHUNKS; place++) {
    layout->frames[place].live &= in_use(moment, &layout->frames[place].chunk);
  }
  for (int i = 0; i < MOST_CHUNKS; i++) {
    const struct chunk *chunk = &moment->chunks[i];
    layout->place[i] = NONE;
    if (!chunk->live || !chunk->has_frame) continue;
    int place = place_of(layout, chunk);
    if (place == NONE) {
      place = i;
      while (layout->frames[place].live) place = (place + 1) % MOST_CHUNKS;
      layout->frames[place].live = true;
      layout->frames[place].is_shared_memory = chunk->shared;
      layout->frames[place].chunk = *chunk;
      layout->frames[place].number = chunk->shared ? number_of(layout, chunk) : NONE;
    }
    layout->place[i] = place;
  }
}

struct label frame_label(const struct layout *layout, int place) {
  struct label label = {"private memory"};
  if (place == NONE) {
    strcpy(label.string, "no memory");
  } else if (layout->frames[place].is_shared_memory) {
    snprintf(label.string, sizeof label.string, "frame %d", layout->frames[place].number);
  }
  return label;
}
