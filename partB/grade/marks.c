/* What a report is worth, in one form or another, on standard output:
 *
 *   marks REQUIREMENTS POINTS                                     nothing: are the files right?
 *   marks REQUIREMENTS POINTS all|required REPORT FORM [ARGUMENT]
 *
 * REQUIREMENTS is what requirements.sh printed, POINTS a file a teacher edits (see
 * score.h), REPORT what the graders of both parts printed. Started by grade.sh and class.sh. */
#include <stdio.h>
#include <string.h>

#include "forms.h"

static const struct {
  const char *name;
  void (*print)(const struct score *score, const char *argument);
} forms[] = {
    {"line", print_line},   {"json", print_json}, {"gradescope", print_gradescope},
    {"junit", print_junit}, {"row", print_row},   {"heading", print_heading},
};

int main(int count, char **arguments) {
  if (count != 3 && count != 6 && count != 7) {
    fprintf(stderr, "usage: marks REQUIREMENTS POINTS [all|required REPORT FORM [ARGUMENT]]\n");
    return 2;
  }
  struct score *score = score_of_requirements(arguments[1]);
  score_read_points(score, arguments[2]);
  if (count == 3) return 0;
  score_read_report(score, arguments[4], strcmp(arguments[3], "required") == 0);
  for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
    if (strcmp(arguments[5], forms[i].name) == 0) {
      forms[i].print(score, count == 7 ? arguments[6] : "");
      return fflush(stdout) == 0 && !ferror(stdout) ? 0 : 1;
    }
  }
  fprintf(stderr, "marks: %s: no such form\n", arguments[5]);
  return 2;
}
