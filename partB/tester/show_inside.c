#include "show_inside.h"

#include "show_html.h"

/* What was written, and all that is known of it: from what there was before and after. */
struct inside {
  char name;
  size_t offset;
  const struct chunk *old, *new;
  struct label frame_before, frame;
};

static void put_fault(const struct inside *inside) {
  unsigned long long start = inside->new->address;
  put("<li><b>Fault.</b> %c is %s: the processor refuses the write, and the kernel sends SIGSEGV.</li>\n",
      inside->name, inside->old->protection);
  put("<li><b>Address.</b> The signal brings 0x%llx. The handler finds the chunk that it lies in: %c, "
      "0x%llx to 0x%llx.</li>\n",
      start + inside->offset, inside->name, start, start + BYTES - 1);
}

/* Only bytes that were found right are said to have been copied. */
static void put_copy(const struct inside *inside) {
  const char *from = inside->frame_before.string, *to = inside->frame.string;
  if (same_frame(inside->old, inside->new)) {
    put("<li><b>No copy.</b> %c keeps its memory, %s.</li>\n", inside->name, to);
  } else if (copied_whole(inside->old, inside->new)) {
    put("<li><b>Copy.</b> 64 KiB go from %s to %s.</li>\n", from, to);
  } else if (inside->new->wrong) {
    put("<li><b>No right copy.</b> %c has %s instead of %s now, and the right bytes are not in it.</li>\n",
        inside->name, to, from);
  } else {
    put("<li><b>Other memory.</b> %c has %s instead of %s now, but not for all of its 64 KiB.</li>\n",
        inside->name, to, from);
  }
}

static void put_remapping(const struct inside *inside) {
  if (same_frame(inside->old, inside->new)) {
    put("<li><b>Right to write.</b> ");
  } else {
    put("<li><b>Remapping.</b> The address of %c stands for the other memory now. ", inside->name);
  }
  put("Before: <code>");
  put_text(inside->old->lines[0], LONGEST_LINE);
  put("</code> After: <code>");
  put_text(inside->new->lines[0], LONGEST_LINE);
  put("</code></li>\n");
}

static void put_once_more(const struct inside *inside) {
  bool arrived = !inside->new->wrong || inside->new->wrong_at != inside->offset;
  put("<li><b>Once more.</b> The handler returns, the processor does the same instruction again, and "
      "%c[%zu] is %s.</li>\n",
      inside->name, inside->offset, arrived ? "written" : "still not what was written");
}

void put_inside(const struct steps *steps, const struct step *step, const struct moment *before,
                const struct moment *now, const struct layout *layout_before, const struct layout *layout) {
  int chunk = step->chunk;
  struct inside inside = {.name = steps->names[chunk],
                          .offset = step->offset,
                          .old = &before->chunks[chunk],
                          .new = &now->chunks[chunk],
                          .frame_before = frame_label(layout_before, layout_before->place[chunk]),
                          .frame = frame_label(layout, layout->place[chunk])};
  if (step->act != WRITE || inside.old->writable == BYTES || !inside.new->writable) return;
  put("<h3>Inside this write</h3>\n<ol class=\"inside\">\n");
  put_fault(&inside);
  put_copy(&inside);
  put_remapping(&inside);
  put_once_more(&inside);
  put("</ol>\n");
}
