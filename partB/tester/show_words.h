/* Sentences that the text and the page have in common. */
#ifndef SHOW_WORDS_H
#define SHOW_WORDS_H

#include "show_run.h"

struct sentence {
  char string[320];
};

/* How many steps were done and looked at. */
int steps_shown(const struct steps *steps, const struct run *run);

/* Why the picture ends at a step. */
struct sentence end_text(const struct run *run, int step);

struct sentence left_out_text(const struct step *step);
struct sentence refused_text(const struct step *step);

#endif
