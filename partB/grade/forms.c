#include "forms.h"

#include <stdio.h>
#include <string.h>

void print_line(const struct score *score, const char *nothing) {
  (void)nothing;
  hundredths total = 0, open = 0;
  const char *between = "# Points: ";
  for (const char *part = "AB"; *part; part++) {
    struct sum sum = score_sum(score, *part, REQUIRED_POINTS);
    if (sum.checks == 0) continue;
    printf("%spart %c %s of %s", between, *part, points_text(sum.reached).string,
           points_text(sum.worth).string);
    total += sum.reached;
    open += sum.open;
    between = ", ";
  }
  struct sum bonus = score_sum(score, 0, BONUS_POINTS);
  if (bonus.worth)
    printf(", bonus %s of %s", points_text(bonus.reached).string, points_text(bonus.worth).string);
  printf("; together %s.", points_text(total + bonus.reached).string);
  if (open + bonus.open) printf(" Undecided: %s.", points_text(open + bonus.open).string);
  printf("\n");
}

/* ---- A class, in rows ---- */

/* A field in quotes, as it may hold anything. What begins like a formula would be one for a spreadsheet,
 * quotes or not: with an apostrophe in front it is text. */
static void print_field(const char *text) {
  putchar('"');
  if (*text && strchr("=+-@\t\r\n", *text)) putchar('\'');
  for (; *text; text++) {
    if (*text == '"') putchar('"');
    putchar(*text);
  }
  putchar('"');
}

/* With the mark by which Excel knows UTF-8. */
void print_heading(const struct score *score, const char *nothing) {
  (void)nothing;
  printf(
      "\xEF\xBB\xBF"
      "student,A,B,bonus,total,required,undecided,points undecided,remark");
  for (size_t i = 0; i < score->count; i++) printf(",%c %s", score->checks[i].part, score->checks[i].name);
  printf("\r\n");
}

void print_row(const struct score *score, const char *student) {
  struct sum a = score_sum(score, 'A', REQUIRED_POINTS), b = score_sum(score, 'B', REQUIRED_POINTS);
  struct sum bonus = score_sum(score, 0, BONUS_POINTS);
  print_field(student);
  printf(",%s,%s", points_text(a.reached).string, points_text(b.reached).string);
  printf(",%s,%s", points_text(bonus.reached).string,
         points_text(a.reached + b.reached + bonus.reached).string);
  printf(",%d,%d,%s,", a.hold + b.hold, a.undecided + b.undecided,
         points_text(a.open + b.open + bonus.open).string);
  print_field(score->remark);
  for (size_t i = 0; i < score->count; i++) printf(",%s", verdict_word(score->checks[i].verdict));
  printf("\r\n");
}
