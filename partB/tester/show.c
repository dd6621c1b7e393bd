/* What is drawn is the true state, not a script: for each chunk, the kernel's
 * list of mappings (/proc/self/maps) gives the protection, and the shared memory
 * and the offset in it that the chunk maps. Chunks with the same offset share. */
#include "show.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../measure/maps.h"
#include "../measure/text.h"
#include "lazycopy.h"
#include "show_draw.h"

static struct chunk chunks[CHUNKS];

/* The frame that stands in each column of the picture: a chunk that maps it. */
static struct chunk frames[CHUNKS];

static bool same_frame(const struct chunk *a, const struct chunk *b) {
  return a->inode == b->inode && a->offset == b->offset;
}

/* Asks the kernel what a chunk's address maps. */
static bool look_up(struct chunk *chunk) {
  struct mapping mapping;
  if (!maps_find(chunk->address, &mapping)) return false;
  snprintf(chunk->protection, sizeof chunk->protection, "%.3s", mapping.permissions);
  chunk->inode = mapping.inode;
  size_t within = (size_t)chunk->address - mapping.start;
  chunk->offset = mapping.inode ? mapping.offset + within : (size_t)chunk->address;
  return true;
}

static bool in_use(const struct chunk *frame) {
  for (int i = 0; i < CHUNKS; i++) {
    if (chunks[i].live && same_frame(&chunks[i], frame)) return true;
  }
  return false;
}

static int place_of(const struct chunk *chunk) {
  for (int place = 0; place < CHUNKS; place++) {
    if (frames[place].live && same_frame(&frames[place], chunk)) return place;
  }
  return NONE;
}

/* A frame keeps its column while it is in use; a new one gets the column below
 * its chunk, or the next that is free. There are never more frames than chunks. */
static void place_frames(void) {
  for (int i = 0; i < CHUNKS; i++) {
    if (frames[i].live && !in_use(&frames[i])) frames[i].live = false;
  }
  for (int i = 0; i < CHUNKS; i++) {
    if (!chunks[i].live) continue;
    chunks[i].place = place_of(&chunks[i]);
    if (chunks[i].place != NONE) continue;
    int place = i;
    while (frames[place].live) place = (place + 1) % CHUNKS;
    frames[place] = chunks[i];
    chunks[i].place = place;
  }
}

/* What the library says about the step. */
static void print_figures(void) {
  static struct chunk_stats before;
  struct chunk_stats stats;
  chunk_get_stats(&stats);
  if (stats.splits > before.splits) {
    puts("\n    The write met shared memory: 64 KiB were copied, to give each side its own.");
  } else if (stats.splits_without_copy > before.splits_without_copy) {
    puts("\n    Nobody else had this frame any longer: it was made writable, nothing was copied.");
  }
  printf("\n    Live chunks: %zu, sharing: %zu, frames in use: %zu, saved by sharing: %s\n\n",
         stats.live_chunks, stats.sharing_chunks, stats.frames_in_use,
         size_text((double)stats.bytes_saved).string);
  before = stats;
}

/* One step: what was done, what there is now, and the library's own figures. */
static bool show_step(const char *what, bool colour) {
  static int step;
  for (int i = 0; i < CHUNKS; i++) {
    if (chunks[i].live && !look_up(&chunks[i])) return false;
  }
  place_frames();
  printf("%d. %s\n\n", ++step, what);
  draw_sharing(chunks, frames, colour);
  print_figures();
  return true;
}

static bool made(int column, void *address) {
  chunks[column].address = address;
  chunks[column].live = address != NULL;
  return address != NULL;
}

static bool freed(int column) {
  chunks[column].live = false;
  return chunk_free(chunks[column].address) == 0;
}

static void write_byte(int column, char value) {
  *(volatile unsigned char *)chunks[column].address = (unsigned char)value;
}

static bool show_steps(bool colour) {
  if (!made(0, chunk_alloc())) return false;
  write_byte(0, 'A');
  if (!show_step("a = chunk_alloc();  a[0] = 'A';", colour)) return false;
  if (!made(1, chunk_copy_lazy(chunks[0].address))) return false;
  if (!show_step("b = chunk_copy_lazy(a);", colour)) return false;
  if (!made(2, chunk_copy_lazy(chunks[1].address))) return false;
  if (!show_step("c = chunk_copy_lazy(b);  a copy of the copy", colour)) return false;
  write_byte(1, 'B');
  if (!show_step("b[0] = 'B';  one is written", colour)) return false;
  write_byte(2, 'C');
  if (!show_step("c[0] = 'C';  so is another", colour)) return false;
  write_byte(0, 'X');
  if (!show_step("a[0] = 'X';  and the last", colour)) return false;
  return freed(1) && show_step("chunk_free(b);", colour);
}

bool show_sharing(void) {
  bool colour = isatty(STDOUT_FILENO) && !getenv("NO_COLOR");
  puts(
      "Above: the chunks that the program sees, with their protection and first byte.\n"
      "Below: the memory behind them, in frames of 64 KiB. (From /proc/self/maps.)\n");
  return show_steps(colour);
}
