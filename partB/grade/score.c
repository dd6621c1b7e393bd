#include "score.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINE = 2000 };

const char *verdict_word(enum verdict verdict) {
  static const char *const words[VERDICTS] = {"",     "undecided", "not tried", "FAIL", "none",
                                              "weak", "pass",      "bonus",     "good"};
  return words[verdict];
}

__attribute__((format(printf, 1, 2), noreturn)) static void die(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  fputs("grade: ", stderr);
  vfprintf(stderr, format, arguments);
  va_end(arguments);
  fputc('\n', stderr);
  exit(2);
}

static FILE *open_file(const char *path) {
  FILE *file = fopen(path, "re");
  if (!file) die("%s: cannot be read", path);
  return file;
}

static void close_file(FILE *file, const char *path) {
  if (ferror(file)) die("%s: cannot be read", path);
  fclose(file);
}

static struct check *find(struct score *score, char part, const char *name) {
  for (size_t i = 0; i < score->count; i++) {
    if (score->checks[i].part == part && strcmp(score->checks[i].name, name) == 0) return &score->checks[i];
  }
  return NULL;
}

struct score *score_of_requirements(const char *path) {
  struct score *score = calloc(1, sizeof *score);
  if (!score) die("no memory");
  FILE *file = open_file(path);
  char line[LINE];
  while (fgets(line, sizeof line, file)) {
    struct check check = {0};
    if (score->count == sizeof score->checks / sizeof *score->checks ||
        sscanf(line, "%c %39s %499[^\n]", &check.part, check.name, check.requirement) != 3)
      die("%s: not the list of what is required", path);
    score->checks[score->count++] = check;
  }
  close_file(file, path);
  if (score->count == 0) die("%s: not the list of what is required", path);
  return score;
}

/* At most 10000, with two digits after the point. */
static bool parse_points(const char *text, hundredths *value) {
  int digits = 0, dot = -1;
  *value = 0;
  for (; *text; text++) {
    if (*text == '.' && dot < 0 && digits > 0) {
      dot = digits;
    } else if (*text >= '0' && *text <= '9' && digits < 7) {
      *value = 10 * *value + (*text - '0');
      digits++;
    } else {
      return false;
    }
  }
  int decimals = dot < 0 ? 0 : digits - dot;
  if (digits == 0 || decimals > 2 || (dot >= 0 && decimals == 0)) return false;
  for (; decimals < 2; decimals++) *value *= 10;
  return *value <= 1000000;
}

static void read_worth(struct score *score, const char *path, int number, const char *line) {
  char part[3], name[60], worth[60], more[2];
  int words = sscanf(line, "%2s %59s %59s %1s", part, name, worth, more);
  if (words <= 0) return;
  if (words != 3) die("%s:%d: not of the form PART NAME POINTS", path, number);
  struct check *check = part[1] ? NULL : find(score, part[0], name);
  if (!check) die("%s:%d: there is no check %s %s", path, number, part, name);
  if (check->in_points) die("%s:%d: %s %s is there twice", path, number, part, name);
  if (!parse_points(worth, &check->worth))
    die("%s:%d: %s is no number of points, such as 7 or 2.5", path, number, worth);
  check->in_points = true;
}

void score_read_points(struct score *score, const char *path) {
  FILE *file = open_file(path);
  char line[LINE];
  for (int number = 1; fgets(line, sizeof line, file); number++) {
    line[strcspn(line, "#\n")] = '\0';
    read_worth(score, path, number, line);
  }
  close_file(file, path);
  for (size_t i = 0; i < score->count; i++) {
    const struct check *check = &score->checks[i];
    if (!check->in_points) die("%s: no points for %c %s", path, check->part, check->name);
  }
}

enum kind check_kind(const struct check *check) {
  bool bonus = strncmp(check->name, "extra.", 6) == 0 || strncmp(check->name, "robust.", 7) == 0;
  return bonus ? BONUS_POINTS : REQUIRED_POINTS;
}

/* A part is in the report: until there is a word of a check, nothing is known of it. */
static void begin_part(struct score *score, char part, bool only_required) {
  for (size_t i = 0; i < score->count; i++) {
    struct check *check = &score->checks[i];
    if (check->part != part || check->graded) continue;
    if (only_required && check_kind(check) != REQUIRED_POINTS) continue;
    check->graded = true;
    check->verdict = UNDECIDED;
    strcpy(check->reason, "the report does not say");
  }
}

static void remark(struct score *score, const char *about, const char *text) {
  size_t used = strlen(score->remark);
  snprintf(score->remark + used, sizeof score->remark - used, "%s%s%s", used ? "; " : "", about, text);
}

/* What cannot be built has no value, and that is known. */
static void skip_part(struct score *score, char part, const char *why) {
  for (size_t i = 0; i < score->count; i++) {
    struct check *check = &score->checks[i];
    if (check->part != part || !check->graded) continue;
    check->verdict = NOT_TRIED;
    snprintf(check->reason, sizeof check->reason, "%s", why);
  }
  remark(score, (char[]){part, ':', ' ', '\0'}, why);
}

/* A line "VERDICT NAME TEXT". */
static void take(struct score *score, char part, const char *verdict, const char *name, const char *text) {
  struct check *check = find(score, part, name);
  enum verdict said = UNDECIDED;
  while (said < VERDICTS && strcmp(verdict_word(said), verdict) != 0) said++;
  if (strcmp(name, "builds") == 0) {
    skip_part(score, part, text);
  } else if (check && check->verdict != NOT_TRIED && said < VERDICTS) {
    check->verdict = said;
    snprintf(check->reason, sizeof check->reason, "%s", text);
  }
}

void score_read_report(struct score *score, const char *path, bool only_required) {
  FILE *file = open_file(path);
  char line[LINE], verdict[16], name[40];
  char part = 0;
  while (fgets(line, sizeof line, file)) {
    int text = 0;
    line[strcspn(line, "\n")] = '\0';
    if (strncmp(line, "# part", 6) == 0) {
      part = line[6];
      begin_part(score, part, only_required);
    } else if (*line == '#' || sscanf(line, "%15s %39s %n", verdict, name, &text) != 2) {
      continue;
    } else if (strcmp(name, "note.stopped") == 0) { /* perhaps before the other part began */
      begin_part(score, 'A', only_required);
      begin_part(score, 'B', only_required);
      remark(score, "", line + text);
    } else if (strcmp(verdict, "note") != 0) {
      take(score, part, verdict, name, line + text);
    }
  }
  close_file(file, path);
}

bool check_holds(const struct check *check) {
  return check->verdict >= PASS;
}

hundredths check_points(const struct check *check) {
  return check_holds(check) ? check->worth : 0;
}

bool check_undecided(const struct check *check) {
  return check->verdict == UNDECIDED;
}

struct sum score_sum(const struct score *score, char part, enum kind kind) {
  struct sum sum = {0};
  for (size_t i = 0; i < score->count; i++) {
    const struct check *check = &score->checks[i];
    if (!check->graded || (part && check->part != part) || check_kind(check) != kind) continue;
    sum.checks++;
    sum.worth += check->worth;
    if (check_holds(check)) {
      sum.hold++;
      sum.reached += check->worth;
    } else if (check_undecided(check)) {
      sum.undecided++;
      sum.open += check->worth;
    }
  }
  return sum;
}

struct points_text points_text(hundredths points) {
  struct points_text text;
  int decimals = points % 100 == 0 ? 0 : points % 10 == 0 ? 1 : 2;
  snprintf(text.string, sizeof text.string, "%.*f", decimals, (double)points / 100);
  return text;
}
