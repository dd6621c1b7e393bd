#include "show.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../measure/text.h"
#include "show_draw.h"
#include "show_judge.h"
#include "show_page.h"
#include "show_words.h"

static bool colour; /* is the picture drawn in colours? */

/* What the answer printed meanwhile, a line each; other bytes than text as '?'. */
static void print_output(struct printed printed) {
  bool begins = true;
  for (size_t i = 0; i < printed.length; i++) {
    char byte = printed.text[i];
    if (begins) fputs(i == 0 ? "\n    It printed: " : "\n                ", stdout);
    begins = byte == '\n';
    if (!begins) putchar(byte == '\t' || (byte >= ' ' && byte <= '~') ? byte : '?');
    if (i == 300) {
      fputs("...", stdout);
      break;
    }
  }
  if (printed.length > 0) putchar('\n');
}

static void print_figures(const struct figures *figures) {
  printf("\n    Live chunks: %zu, sharing: %zu, frames in use: %zu, saved by sharing: %s\n",
         figures->live_chunks, figures->sharing_chunks, figures->frames_in_use,
         size_text((double)figures->bytes_saved).string);
}

/* Whether anything is wrong. */
static bool print_step(const struct steps *steps, const struct run *run, int i, struct layout *layout) {
  const struct moment *moment = &run->moments[i];
  struct verdict verdict;
  show_judge(steps, &steps->list[i], i > 0 ? moment - 1 : NULL, moment, &verdict);
  layout_go_on(layout, moment);
  printf("%d. %s\n\n", i + 1, steps->list[i].text);
  draw_sharing(steps, moment, layout, colour);
  if (moment->left_out) printf("\n    %s\n", left_out_text(&steps->list[i]).string);
  if (moment->refused) printf("\n    %s\n", refused_text(&steps->list[i]).string);
  if (verdict.remark) printf("\n    %s\n", verdict.remark);
  print_output(printed_in_step(run, i));
  for (int mark = 0; mark < verdict.count; mark++) {
    printf("%s    %s %s\n", mark ? "" : "\n", colour ? "\033[1;31m!!\033[0m" : "!!", verdict.marks[mark]);
  }
  if (moment->has_figures) print_figures(&moment->figures);
  putchar('\n');
  return verdict.count > 0 || moment->refused;
}

/* The step at which the picture ends, if not all were done. */
static void print_end(const struct steps *steps, const struct run *run, int i) {
  printf("%d. %s\n", i + 1, steps->list[i].text);
  print_output(printed_in_step(run, i));
  printf("\n    !! %s\n", end_text(run, i).string);
}

static enum shown print_all(const struct steps *steps, const struct run *run) {
  struct layout layout = {0};
  bool wrong = false;
  puts(
      "Above: the chunks that the program sees, with their protection and first byte.\n"
      "Below: the memory behind them, in frames of 64 KiB. (From /proc/self/maps.)\n");
  int done = steps_shown(steps, run);
  for (int i = 0; i < done; i++) wrong |= print_step(steps, run, i, &layout);
  if (done < steps->count) print_end(steps, run, done);
  return wrong || done < steps->count ? SOMETHING_IS_WRONG : AS_IT_MUST_BE;
}

static enum shown complain(const char *program, const char *about, const char *why) {
  fprintf(stderr, "%s: %s: %s\n", program, about, why);
  return NOT_SHOWN;
}

enum shown show(const char *program, const struct answer *answer, const char *steps_text, const char *page) {
  static struct run run;
  struct steps steps;
  char why[200];
  if (!steps_read(steps_text, &steps, why, sizeof why)) return complain(program, "steps", why);
  if (access("/proc/self/maps", R_OK) != 0)
    return complain(program, "/proc is not mounted here", "it tells what is shown");
  if (page && !page_possible(page)) return complain(program, page, strerror(errno));
  if (!show_run(answer, &steps, &run)) return complain(program, "not enough memory", strerror(errno));
  colour = isatty(STDOUT_FILENO) && !getenv("NO_COLOR");
  enum shown shown = print_all(&steps, &run);
  if (page && !page_write(page, &steps, &run)) return complain(program, page, strerror(errno));
  return shown;
}
