/* What is not as it must be after a step, in words, and what the step did to the memory. */
#ifndef SHOW_JUDGE_H
#define SHOW_JUDGE_H

#include "show_run.h"

enum { MOST_MARKS = 16, LONGEST_MARK = 160 };

struct verdict {
  char marks[MOST_MARKS][LONGEST_MARK]; /* what is wrong */
  int count;
  const char *remark; /* what a first write did; NULL: it was none */
};

/* before is NULL for the first step. */
void show_judge(const struct steps *steps, const struct step *step, const struct moment *before,
                const struct moment *now, struct verdict *verdict);

#endif
