#include "show_judge.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "show_frames.h"

/* What is judged. */
struct view {
  const struct steps *steps;
  const struct step *step;
  const struct chunk *before, *now;
  struct verdict *verdict;
};

__attribute__((format(printf, 2, 3))) static void mark(const struct view *view, const char *format, ...) {
  struct verdict *verdict = view->verdict;
  if (verdict->count == MOST_MARKS) return;
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(verdict->marks[verdict->count++], LONGEST_MARK, format, arguments);
  va_end(arguments);
}

static char name(const struct view *view, int chunk) {
  return view->steps->names[chunk];
}

/* Another live chunk with the same frame, or NONE. */
static int sharer(const struct chunk *chunks, int chunk) {
  for (int i = 0; i < MOST_CHUNKS; i++) {
    if (i != chunk && chunks[i].live && chunks[chunk].live && same_frame(&chunks[i], &chunks[chunk]))
      return i;
  }
  return NONE;
}

/* Has it moved to another frame by this step? */
static bool moved(const struct view *view, int chunk) {
  return view->before[chunk].live && view->now[chunk].has_frame && view->before[chunk].has_frame &&
         !same_frame(&view->before[chunk], &view->now[chunk]);
}

static void judge_address(const struct view *view, int chunk) {
  for (int i = 0; i < MOST_CHUNKS; i++) {
    uintptr_t a = view->now[i].address, b = view->now[chunk].address;
    if (i == chunk || !view->now[i].live) continue;
    if (a == b) {
      mark(view, "%c is %c itself: the same address, and no chunk of its own", name(view, chunk),
           name(view, i));
    } else if (a < b + BYTES && b < a + BYTES) {
      mark(view, "%c and %c overlap", name(view, chunk), name(view, i));
    }
  }
}

static void judge_byte(const struct view *view, int chunk) {
  const struct chunk *now = &view->now[chunk];
  const struct step *step = view->step;
  char letter = name(view, chunk);
  bool written = step->act == WRITE && step->chunk == chunk;
  bool written_elsewhere = step->act == WRITE && !written;
  if (written && now->wrong_at == step->offset) {
    mark(view, "the write did not arrive: %c[%zu] is 0x%02x, not 0x%02x", letter, now->wrong_at, now->is,
         now->should_be);
  } else if (written_elsewhere && now->wrong_at == step->offset && now->is == step->value) {
    char other = name(view, step->chunk);
    if (same_frame(now, &view->now[step->chunk])) {
      mark(view, "%c changed, too: %c and %c still share a frame", letter, other, letter);
    } else {
      mark(view, "%c changed, too: the write to %c went there", letter, other);
    }
  } else if (now->is == 0 && moved(view, chunk)) {
    mark(view, "the old bytes are gone: %c[%zu] is 0x00, not 0x%02x", letter, now->wrong_at, now->should_be);
  } else if (act_makes(step->act) && step->chunk == chunk) {
    mark(view, "%c is no copy: %c[%zu] is 0x%02x, not 0x%02x", letter, letter, now->wrong_at, now->is,
         now->should_be);
  } else {
    mark(view, "%c is damaged: %c[%zu] is 0x%02x, not 0x%02x", letter, letter, now->wrong_at, now->is,
         now->should_be);
  }
}

/* Who shares a frame must not be able to write, all over the chunk. */
static bool can_be_written(const struct chunk *chunks, int chunk) {
  return chunks[chunk].live && chunks[chunk].writable > 0 && sharer(chunks, chunk) != NONE;
}

static void judge_rights(const struct view *view, int chunk) {
  const struct chunk *now = &view->now[chunk];
  char letter = name(view, chunk);
  if (now->missing) {
    mark(view, "%zu KiB of %c are not mapped any more", now->missing / 1024, letter);
  } else if (!can_be_written(view->now, chunk) || can_be_written(view->before, chunk)) {
    return;
  } else if (now->writable == BYTES) {
    mark(view, "%c can be written: nobody will notice", letter);
  } else {
    mark(view, "%zu KiB of %c can be written: nobody will notice", now->writable / 1024, letter);
  }
}

static void judge_made(const struct view *view, const struct moment *moment) {
  const struct step *step = view->step;
  char letter = name(view, step->chunk);
  if (moment->left_out || moment->refused) return;
  if (moment->bad_address) {
    mark(view, "%c is at an address where there are not 64 KiB", letter);
    return;
  }
  if (moment->not_zero) mark(view, "the new chunk did not hold zeros");
  judge_address(view, step->chunk);
  int source = step->source;
  if (step->act == LAZY && !view->now[source].pinned && !view->now[source].in_pieces &&
      sharer(view->now, step->chunk) == NONE) {
    mark(view, "%c has memory of its own already: the copy is not lazy", letter);
  }
  if (step->act == EAGER && view->now[step->chunk].address != view->now[source].address &&
      same_frame(&view->now[step->chunk], &view->now[source])) {
    mark(view, "%c shares a frame with %c: the copy is not eager", letter, name(view, source));
  }
}

/* Whoever reads needs no memory of its own, and nobody else needs another. */
static void judge_read(const struct view *view, int chunk) {
  bool in_pieces =
      view->now[chunk].in_pieces && view->before[chunk].has_frame && !view->before[chunk].in_pieces;
  if (!moved(view, chunk) && !in_pieces) return;
  if (chunk == view->step->chunk) {
    mark(view, "%c was only read, and has other memory now", name(view, chunk));
  } else {
    mark(view, "%c was only read, and %c has other memory now", name(view, view->step->chunk),
         name(view, chunk));
  }
}

/* Whoever is asleep may share any frame. */
static bool somebody_sleeps(const struct chunk *chunks) {
  for (int i = 0; i < MOST_CHUNKS; i++) {
    if (chunks[i].live && !chunks[i].has_frame) return true;
  }
  return false;
}

/* Only what was found right is said to have been done. */
static const char *remark_about_write(const struct view *view) {
  const struct chunk *before = &view->before[view->step->chunk], *now = &view->now[view->step->chunk];
  bool was_alone = sharer(view->before, view->step->chunk) == NONE && !somebody_sleeps(view->before);
  if (view->step->act != WRITE || before->writable == BYTES || !now->writable) return NULL;
  if (!moved(view, view->step->chunk)) {
    if (!was_alone || now->wrong) return NULL;
    return "Nobody else had this frame any longer: it was made writable, nothing was copied.";
  }
  if (was_alone) return "Nobody else had this frame any longer, and all the same there is a new one.";
  if (copied_whole(before, now))
    return "The write met shared memory: 64 KiB were copied, to give each side its own.";
  if (now->wrong)
    return "The write met shared memory: there is a new frame, but the right bytes are not in it.";
  return "The write met shared memory: there is a new frame, but not for all of the 64 KiB.";
}

void show_judge(const struct steps *steps, const struct step *step, const struct moment *before,
                const struct moment *now, struct verdict *verdict) {
  static const struct moment nothing;
  *verdict = (struct verdict){0};
  struct view view = {steps, step, (before ? before : &nothing)->chunks, now->chunks, verdict};
  if (act_makes(step->act)) judge_made(&view, now);
  for (int i = 0; i < steps->chunks; i++) {
    if (!now->chunks[i].live) continue;
    if (now->chunks[i].wrong) judge_byte(&view, i);
    judge_rights(&view, i);
    if (step->act == READ) judge_read(&view, i);
  }
  verdict->remark = remark_about_write(&view);
}
