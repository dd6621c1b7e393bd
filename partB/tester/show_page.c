#include "show_page.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "show_frames.h"
#include "show_html.h"
#include "show_inside.h"
#include "show_judge.h"
#include "show_style.h"
#include "show_words.h"

/* Where things stand in a drawing. */
enum { WIDTH = 120, BOX = 104, HEIGHT = 44, FRAMES_AT = 150, BOTTOM = 206 };

static struct label byte_label(const struct chunk *chunk) {
  struct label label = {"not read"};
  bool letter = chunk->first > ' ' && chunk->first <= '~' && !strchr("<>&", chunk->first);
  if (chunk->readable) snprintf(label.string, sizeof label.string, letter ? "'%c'" : "0x%02x", chunk->first);
  return label;
}

/* From the chunk down to its frame, and the head of the arrow. */
static void put_arrow(const struct steps *steps, const struct layout *layout, int chunk) {
  int place = layout->place[chunk], from = chunk * WIDTH + WIDTH / 2, to = place * WIDTH + WIDTH / 2;
  to += (chunk > place) ? 10 : (chunk < place) ? -10 : 0;
  put("<g class=\"arrow\" data-chunk=\"%c\" data-frame=\"%d\"><path d=\"M%d %dC%d %d %d %d %d %d\"/>"
      "<path class=\"head\" d=\"M%d %dl-5 -10h10z\"/></g>\n",
      steps->names[chunk], place, from, 22 + HEIGHT, from, 110, to, 104, to, FRAMES_AT - 9, to, FRAMES_AT);
}

static void put_box(const char *kind, int number, int colour, int y, const char *text) {
  put("<g class=\"%s c%d\" data-%s=\"%d\"><rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"6\"/>"
      "<text x=\"%d\" y=\"%d\">%s</text></g>\n",
      kind, colour, kind, number, number * WIDTH + (WIDTH - BOX) / 2, y, BOX, HEIGHT,
      number * WIDTH + WIDTH / 2, y + HEIGHT / 2 + 5, text);
}

/* The drawing in words: of all chunks that there are. */
static void put_words(const struct steps *steps, const struct moment *moment, const struct layout *layout) {
  for (int i = 0; i < steps->chunks; i++) {
    const struct chunk *chunk = &moment->chunks[i];
    if (!chunk->live) continue;
    put("%c: %s, first byte %s, %s. ", steps->names[i], chunk->protection, byte_label(chunk).string,
        frame_label(layout, layout->place[i]).string);
  }
}

static void put_drawing(const struct steps *steps, const struct moment *moment, const struct layout *layout) {
  int width = steps->chunks * WIDTH;
  put("<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"drawing\" role=\"img\" viewBox=\"0 0 %d %d\" "
      "style=\"max-width:%dpx;min-width:%dpx\">\n<title>Chunks, and the memory behind them</title>\n<desc>",
      width, BOTTOM, width * 3 / 2, width * 3 / 4);
  put_words(steps, moment, layout);
  put("</desc>\n");
  for (int i = 0; i < steps->chunks; i++) {
    const struct chunk *chunk = &moment->chunks[i];
    if (!chunk->address) continue;
    put("<text class=\"name\" x=\"%d\" y=\"16\">%c</text>\n", i * WIDTH + WIDTH / 2, steps->names[i]);
    char text[40] = "freed";
    if (chunk->live) snprintf(text, sizeof text, "%s  %s", chunk->protection, byte_label(chunk).string);
    put_box("chunk", i, layout->place[i], 22, text);
    if (layout->place[i] != NONE) put_arrow(steps, layout, i);
  }
  for (int place = 0; place < MOST_CHUNKS; place++) {
    if (layout->frames[place].live)
      put_box("frame", place, place, FRAMES_AT, frame_label(layout, place).string);
  }
  put("</svg>\n");
}

/* The kernel's list, as far as it is about chunks. */
static void put_mappings(const struct steps *steps, const struct moment *moment) {
  put("<h3>The kernel's lines for each chunk</h3>\n<pre tabindex=\"0\" class=\"maps\">");
  for (int i = 0; i < steps->chunks; i++) {
    const struct chunk *chunk = &moment->chunks[i];
    for (int line = 0; chunk->live && line < chunk->line_count; line++) {
      put("%c  ", steps->names[i]);
      put_text(chunk->lines[line], LONGEST_LINE);
      put("\n");
    }
  }
  put("</pre>\n");
}

/* All steps as code; this one is marked. */
static void put_code(const struct steps *steps, int this_one) {
  put("<ol class=\"code\">\n");
  for (int i = 0; i < steps->count; i++) {
    put_element("li", i == this_one ? " aria-current=\"step\"" : "", steps->list[i].text);
  }
  put("</ol>\n");
}

static void put_output(struct printed printed) {
  if (printed.length == 0) return;
  put("<h3>It printed</h3>\n<pre tabindex=\"0\">");
  put_text(printed.text, printed.length < 1000 ? printed.length : 1000);
  put("</pre>\n");
}

static void put_head(const struct steps *steps, int i) {
  put("<section class=\"step\" id=\"step-%d\" tabindex=\"-1\" aria-labelledby=\"title-%d\">\n"
      "<h2 id=\"title-%d\">Step %d of %d: <code>",
      i + 1, i + 1, i + 1, i + 1, steps->count);
  put_text(steps->list[i].text, sizeof steps->list[i].text);
  put("</code></h2>\n<div class=\"both\">\n");
  put_code(steps, i);
}

static void put_step(const struct steps *steps, const struct run *run, int i, struct layout *layout) {
  const struct step *step = &steps->list[i];
  const struct moment *moment = &run->moments[i], *before = i > 0 ? moment - 1 : NULL;
  struct layout layout_before = *layout;
  struct verdict verdict;
  show_judge(steps, step, before, moment, &verdict);
  layout_go_on(layout, moment);
  put_head(steps, i);
  put("<div class=\"scroll\" tabindex=\"0\">\n");
  put_drawing(steps, moment, layout);
  put("</div>\n</div>\n");
  for (int mark = 0; mark < verdict.count; mark++) put_element("p", " class=\"mark\"", verdict.marks[mark]);
  if (moment->refused) put_element("p", " class=\"mark\"", refused_text(step).string);
  if (moment->left_out) put_element("p", "", left_out_text(step).string);
  if (verdict.remark) put_element("p", " class=\"remark\"", verdict.remark);
  put_output(printed_in_step(run, i));
  if (before) put_inside(steps, step, before, moment, &layout_before, layout);
  put_mappings(steps, moment);
  put("</section>\n");
}

static void put_end(const struct steps *steps, const struct run *run, int i) {
  put_head(steps, i);
  put_element("p", " class=\"mark\"", end_text(run, i).string);
  put("</div>\n");
  put_output(printed_in_step(run, i));
  put("</section>\n");
}

bool page_possible(const char *name) {
  struct stat status;
  if (stat(name, &status) == 0) {
    errno = EISDIR;
    return !S_ISDIR(status.st_mode) && access(name, W_OK) == 0;
  }
  char directory[4096];
  const char *slash = strrchr(name, '/');
  int length = slash ? (int)(slash - name) + 1 : 1;
  snprintf(directory, sizeof directory, "%.*s", length, slash ? name : ".");
  return access(directory, W_OK) == 0;
}

bool page_write(const char *name, const struct steps *steps, const struct run *run) {
  struct layout layout = {0};
  page = fopen(name, "we");
  if (!page) return false;
  fputs(page_top, page);
  int done = steps_shown(steps, run);
  for (int i = 0; i < done; i++) put_step(steps, run, i, &layout);
  if (done < steps->count) put_end(steps, run, done);
  fputs(page_bottom, page);
  bool good = !ferror(page);
  if (fclose(page) == 0 && good) return true;
  int error = errno;
  struct stat status;
  if (stat(name, &status) == 0 && S_ISREG(status.st_mode)) unlink(name);
  errno = error;
  return false;
}
