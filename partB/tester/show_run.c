#include "show_run.h"

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../measure/maps.h"

/* The child fills in the moments where the parent sees them, even if the child dies. */
struct work {
  const struct answer *answer;
  const struct steps *steps;
  struct moment *moments;
};

static unsigned char expected[MOST_CHUNKS][BYTES];

/* Between the steps, in what is printed. */
static const char end_of_step = '\001';

typedef void *(*chunk_maker)(void *);
typedef int (*chunk_changer)(void *, size_t);
typedef int (*chunk_restorer)(void *, void *);

static unsigned char *memory_of(const struct chunk *chunk) {
  return (unsigned char *)chunk->address;
}

/* One mapping in which a part of the chunk lies. */
static void note_mapping(struct chunk *chunk, const struct mapping *mapping) {
  uintptr_t from = mapping->start > chunk->address ? mapping->start : chunk->address;
  uintptr_t end = chunk->address + BYTES, to = mapping->end < end ? mapping->end : end;
  unsigned long long offset = mapping->shared ? mapping->offset + (from - mapping->start) : from;
  unsigned long long inode = mapping->shared ? mapping->inode : 0;
  unsigned long long at_start = offset - (from - chunk->address);
  if (chunk->line_count == 0) {
    snprintf(chunk->protection, sizeof chunk->protection, "%.3s", mapping->permissions);
    chunk->shared = mapping->shared;
    chunk->has_frame = mapping->shared || mapping->permissions[0] == 'r';
    snprintf(chunk->device, sizeof chunk->device, "%s", mapping->shared ? mapping->device : "");
    chunk->inode = inode;
    chunk->offset = at_start;
  }
  chunk->in_pieces |= chunk->shared != mapping->shared || chunk->inode != inode || chunk->offset != at_start;
  chunk->readable &= mapping->permissions[0] == 'r';
  chunk->writable += mapping->writable ? to - from : 0;
  chunk->missing -= to - from;
  if (chunk->line_count < MOST_LINES) {
    snprintf(chunk->lines[chunk->line_count], LONGEST_LINE, "%llx-%llx %s %08llx %s %llu %.40s",
             (unsigned long long)mapping->start, (unsigned long long)mapping->end, mapping->permissions,
             (unsigned long long)mapping->offset, mapping->device, (unsigned long long)mapping->inode,
             mapping->name);
    chunk->line_count++;
  }
}

static void look_up(struct chunk *chunk) {
  struct mapping mapping;
  chunk->line_count = 0;
  chunk->readable = true;
  chunk->has_frame = chunk->in_pieces = false;
  chunk->writable = 0;
  chunk->missing = BYTES;
  strcpy(chunk->protection, "   ");
  FILE *maps = maps_open();
  while (maps_next(maps, &mapping)) {
    if (mapping.start < chunk->address + BYTES && mapping.end > chunk->address) note_mapping(chunk, &mapping);
  }
  maps_close(maps);
  chunk->readable &= chunk->missing == 0;
}

/* Compares with what should be there, and then expects what is there: what is wrong is
 * told once. */
static void compare(struct chunk *chunk, unsigned char *right) {
  const unsigned char *bytes = memory_of(chunk);
  chunk->first = bytes[0];
  chunk->wrong = memcmp(bytes, right, BYTES) != 0;
  if (!chunk->wrong) return;
  size_t at = 0;
  while (bytes[at] == right[at]) at++;
  chunk->wrong_at = at;
  chunk->is = bytes[at];
  chunk->should_be = right[at];
  memcpy(right, bytes, BYTES);
}

static void look(const struct work *work, struct moment *moment) {
  for (int i = 0; i < work->steps->chunks; i++) {
    if (!moment->chunks[i].live) continue;
    look_up(&moment->chunks[i]);
    moment->chunks[i].wrong = false;
    if (moment->chunks[i].readable) compare(&moment->chunks[i], expected[i]);
  }
  moment->has_figures = work->answer->get_stats != NULL;
  if (moment->has_figures) work->answer->get_stats(&moment->figures);
}

/* A chunk that was handed out, if there is one and it can be used. */
static void take(struct moment *moment, int number, void *address) {
  struct chunk *chunk = &moment->chunks[number];
  *chunk = (struct chunk){.address = (uintptr_t)address, .live = address != NULL};
  moment->refused = !address;
  if (!address) return;
  look_up(chunk);
  moment->bad_address = chunk->missing > 0;
  chunk->live = !moment->bad_address;
}

/* Something in every byte, so that each that is lost is noticed. */
static void fill(unsigned char *bytes, const struct step *step) {
  for (size_t i = 0; i < BYTES; i++) bytes[i] = (unsigned char)(step->value + 32 + i * 7 + i / 4096);
  bytes[0] = step->value;
}

static void allocate(const struct work *work, struct moment *moment, const struct step *step) {
  take(moment, step->chunk, ((void *(*)(void))work->answer->functions[ALLOC])());
  struct chunk *chunk = &moment->chunks[step->chunk];
  if (!chunk->live) return;
  unsigned char *right = expected[step->chunk];
  memset(right, 0, BYTES);
  moment->not_zero = chunk->readable && memcmp(memory_of(chunk), right, BYTES) != 0;
  fill(right, step);
  fill(memory_of(chunk), step);
}

static void do_step(const struct work *work, struct moment *moment, const struct step *step) {
  void (*function)(void) = work->answer->functions[step->act];
  struct chunk *chunk = &moment->chunks[step->chunk];
  struct chunk *source = step->source == NONE ? NULL : &moment->chunks[step->source];
  volatile unsigned char *byte = memory_of(chunk) + step->offset;
  if (act_functions[step->act] && !function) {
    moment->left_out = true;
    return;
  }
  switch (step->act) {
    case ALLOC:
      allocate(work, moment, step);
      break;
    case LAZY:
    case EAGER:
    case SNAPSHOT:
      memcpy(expected[step->chunk], expected[step->source], BYTES);
      take(moment, step->chunk, ((chunk_maker)function)(memory_of(source)));
      break;
    case RESTORE:
      memcpy(expected[step->chunk], expected[step->source], BYTES);
      moment->refused = ((chunk_restorer)function)(memory_of(chunk), memory_of(source)) != 0;
      break;
    case PIN:
    case UNPIN:
      moment->refused = ((chunk_changer)function)(memory_of(chunk), BYTES) != 0;
      if (!moment->refused) chunk->pinned = step->act == PIN;
      break;
    case FREE:
      moment->refused = ((int (*)(void *))function)(memory_of(chunk)) != 0;
      chunk->live = moment->refused;
      break;
    case READ:
      (void)*byte;
      break;
    case WRITE:
      *byte = step->value;
      expected[step->chunk][step->offset] = step->value;
      break;
    case ACTS:
      break;
  }
}

/* Does a chunk of the step not exist, as the answer gave none? */
static bool cannot_be_done(const struct moment *moment, const struct step *step) {
  return (!act_makes(step->act) && !moment->chunks[step->chunk].live) ||
         (step->source != NONE && !moment->chunks[step->source].live);
}

static void do_all(const void *subject) {
  const struct work *work = subject;
  dup2(STDOUT_FILENO, STDERR_FILENO); /* what is printed is shown, either way */
  for (int i = 0; i < work->steps->count; i++) {
    struct moment *moment = &work->moments[i];
    if (i > 0) memcpy(moment->chunks, moment[-1].chunks, sizeof moment->chunks);
    if (cannot_be_done(moment, &work->steps->list[i])) return;
    moment->progress = BEGUN;
    if (i == 0) work->answer->startup();
    do_step(work, moment, &work->steps->list[i]);
    look(work, moment);
    fflush(stdout);
    if (write(STDOUT_FILENO, &end_of_step, 1) == 1) moment->progress = LOOKED_AT;
  }
}

bool show_run(const struct answer *answer, const struct steps *steps, struct run *run) {
  size_t size = sizeof run->moments;
  struct moment *moments = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (moments == MAP_FAILED) return false;
  struct work work = {answer, steps, moments};
  struct box box = {.run = do_all, .subject = &work, .seconds = 3, .patience = 3, .confined = true};
  box_startup();
  box_run(&box, &run->result);
  memcpy(run->moments, moments, size);
  munmap(moments, size);
  return true;
}

struct printed printed_in_step(const struct run *run, int i) {
  const struct box_stream *stream = &run->result.streams[BOX_OUT];
  const char *at = stream->text, *end = stream->text + stream->kept, *mark;
  for (; at < end; at = mark + 1, i--) {
    mark = memchr(at, end_of_step, (size_t)(end - at));
    if (!mark) mark = end;
    if (i == 0) return (struct printed){at, (size_t)(mark - at)};
  }
  return (struct printed){at, 0};
}
