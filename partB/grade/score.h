/* What a report (see report.h) is worth: every check with its requirement,
 * its points and what became of it.
 *
 *   struct score *score = score_of_requirements("requirements");  what is checked
 *   score_read_points(score, "points");                           what it is worth
 *   score_read_report(score, "report", false);                    what held
 *   struct sum sum = score_sum(score, 'B', REQUIRED_POINTS);
 *
 * A file that is wrong ends the program: one line, exit status 2. */
#ifndef SCORE_H
#define SCORE_H

#include <stdbool.h>
#include <stddef.h>

/* Points are counted in these. */
typedef long hundredths;

/* The words of the report; what was not looked at has none, and NOT_TRIED is what cannot be built. */
enum verdict { NOT_GRADED, UNDECIDED, NOT_TRIED, FAIL, NONE, WEAK, PASS, BONUS, GOOD, VERDICTS };
const char *verdict_word(enum verdict verdict);

struct check {
  char part; /* 'A' or 'B': both have a robust.printf */
  char name[40];
  char requirement[500]; /* the handout's sentence */
  hundredths worth;
  bool in_points, graded;
  enum verdict verdict;
  char reason[700]; /* what was seen */
};

struct score {
  struct check checks[200];
  size_t count;
  char remark[1500]; /* what is to be known of the whole: a part is missing, ... */
};

/* From lines "PART NAME SENTENCE". */
struct score *score_of_requirements(const char *path);

/* From lines "PART NAME POINTS", one for each check, and comments after '#'. */
void score_read_points(struct score *score, const char *path);

/* Only the parts in the report count as graded, and of them only what is required if
 * nothing else was looked at. */
void score_read_report(struct score *score, const char *path, bool only_required);

enum kind { REQUIRED_POINTS, BONUS_POINTS };
enum kind check_kind(const struct check *check);
bool check_holds(const struct check *check);
hundredths check_points(const struct check *check);
bool check_undecided(const struct check *check);

struct sum {
  int checks, hold, undecided;     /* numbers of checks */
  hundredths worth, reached, open; /* open: of those that are undecided */
};

/* Of the graded checks of a part, or of both if it is 0. */
struct sum score_sum(const struct score *score, char part, enum kind kind);

/* "7", "2.5" */
struct points_text {
  char string[24];
};
struct points_text points_text(hundredths points);

#endif
