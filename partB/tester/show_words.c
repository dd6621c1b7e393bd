#include "show_words.h"

#include <stdio.h>

int steps_shown(const struct steps *steps, const struct run *run) {
  int count = 0;
  while (count < steps->count && run->moments[count].progress == LOOKED_AT) count++;
  return count;
}

struct sentence end_text(const struct run *run, int step) {
  struct sentence sentence;
  if (run->moments[step].progress == NOT_BEGUN && run->result.ending == ENDED_BY_EXIT &&
      run->result.code == 0) {
    snprintf(sentence.string, sizeof sentence.string,
             "The picture ends here: a chunk of this step does not exist.");
  } else {
    snprintf(sentence.string, sizeof sentence.string, "The picture ends here: in this step the program %s.",
             box_describe(&run->result).string);
  }
  return sentence;
}

struct sentence left_out_text(const struct step *step) {
  struct sentence sentence;
  snprintf(sentence.string, sizeof sentence.string, "There is no %s in this answer: the step is left out.",
           act_functions[step->act]);
  return sentence;
}

struct sentence refused_text(const struct step *step) {
  struct sentence sentence;
  snprintf(sentence.string, sizeof sentence.string, "!! %s returned %s.", act_functions[step->act],
           act_makes(step->act) ? "NULL" : "an error");
  return sentence;
}
