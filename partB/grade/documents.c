/* JSON and XML. Whatever bytes a reason holds, they come out as characters that the
 * document may have: what is no UTF-8 becomes U+FFFD. */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "forms.h"

/* The bytes of the character that text begins with, 0 if it is no UTF-8 (RFC 3629). */
static int character_length(const unsigned char *text) {
  static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
  int length = *text < 0x80   ? 1
               : *text < 0xc0 ? 0
               : *text < 0xe0 ? 2
               : *text < 0xf0 ? 3
               : *text < 0xf8 ? 4
                              : 0;
  if (length < 2) return length;
  uint32_t code = *text & (0x7f >> length);
  for (int i = 1; i < length; i++) {
    if ((text[i] & 0xc0) != 0x80) return 0;
    code = code << 6 | (text[i] & 0x3f);
  }
  bool surrogate = code >= 0xd800 && code <= 0xdfff;
  bool forbidden = code > 0x10ffff || code == 0xfffe || code == 0xffff; /* these two by XML */
  return code >= least[length] && !surrogate && !forbidden ? length : 0;
}

/* Prints text; escape prints the ASCII characters that the document cannot have bare. */
static void print_escaped(const char *text, bool (*escape)(unsigned char)) {
  while (*text) {
    int length = character_length((const unsigned char *)text);
    if (length == 0) {
      fputs("\xef\xbf\xbd", stdout);
    } else if (length > 1 || !escape((unsigned char)*text)) {
      fwrite(text, 1, (size_t)length, stdout);
    }
    text += length ? length : 1;
  }
}

static bool escape_json(unsigned char c) {
  if (c == '"' || c == '\\') return printf("\\%c", c);
  return (c < ' ' || c == 0x7f) && printf("\\u%04x", c);
}

/* A member of an object whose value is a string. */
static void print_member(const char *name, const char *value) {
  printf("\"%s\": \"", name);
  print_escaped(value, escape_json);
  printf("\"");
}

static void print_sum(const char *name, struct sum sum) {
  printf("  \"%s\": {\"points\": %s, \"of\": %s, ", name, points_text(sum.reached).string,
         points_text(sum.worth).string);
  printf("\"undecided\": %s},\n", points_text(sum.open).string);
}

static void print_check(const struct check *check) {
  printf("    {\"part\": \"%c\", ", check->part);
  print_member("name", check->name);
  printf(", ");
  print_member("verdict", verdict_word(check->verdict));
  printf(", \"points\": %s, \"of\": %s, ",
         check_undecided(check) ? "null" : points_text(check_points(check)).string,
         points_text(check->worth).string);
  print_member("requirement", check->requirement);
  printf(", ");
  print_member("reason", check->reason);
  printf("}");
}

/* Each graded check by the function, and commas between them. */
static void print_checks(const struct score *score, void (*print)(const struct check *check)) {
  const char *between = "";
  for (size_t i = 0; i < score->count; i++) {
    if (!score->checks[i].graded) continue;
    printf("%s\n", between);
    print(&score->checks[i]);
    between = ",";
  }
  printf("\n  ]\n}\n");
}

void print_json(const struct score *score, const char *nothing) {
  (void)nothing;
  printf("{\n");
  print_sum("required", score_sum(score, 0, REQUIRED_POINTS));
  print_sum("bonus", score_sum(score, 0, BONUS_POINTS));
  printf("  ");
  print_member("remark", score->remark);
  printf(",\n  \"checks\": [");
  print_checks(score, print_check);
}

/* ---- Gradescope ---- */

static void print_test(const struct check *check) {
  char text[1300];
  printf("    {");
  snprintf(text, sizeof text, "%c %s%s", check->part, check->name, check->worth ? "" : " (no points)");
  print_member("name", text);
  if (check->worth)
    printf(", \"score\": %s, \"max_score\": %s", points_text(check_points(check)).string,
           points_text(check->worth).string);
  printf(", \"status\": \"%s\", \"visibility\": \"visible\", ", check_holds(check) ? "passed" : "failed");
  snprintf(text, sizeof text, "%s\n%s: %s", check->requirement, verdict_word(check->verdict), check->reason);
  print_member("output", text);
  printf("}");
}

void print_gradescope(const struct score *score, const char *seconds) {
  char output[1700];
  struct sum required = score_sum(score, 0, REQUIRED_POINTS), bonus = score_sum(score, 0, BONUS_POINTS);
  snprintf(output, sizeof output, "%s of %s points, and %s of %s as a bonus. %s%s",
           points_text(required.reached).string, points_text(required.worth).string,
           points_text(bonus.reached).string, points_text(bonus.worth).string,
           required.open + bonus.open ? "Not all could be decided; hand it in once more. " : "",
           score->remark);
  printf("{\n  \"score\": %s,\n  \"execution_time\": %s,\n  ",
         points_text(required.reached + bonus.reached).string, seconds);
  print_member("output", output);
  printf(",\n  \"output_format\": \"text\",\n  \"stdout_visibility\": \"visible\",\n  \"tests\": [");
  print_checks(score, print_test);
}

/* ---- JUnit ---- */

/* XML has no way to say a control character. */
static bool escape_xml(unsigned char c) {
  switch (c) {
    case '<':
      return printf("&lt;");
    case '>':
      return printf("&gt;");
    case '&':
      return printf("&amp;");
    case '"':
      return printf("&quot;");
    default:
      return c < ' ' && printf(" ");
  }
}

/* A build fails for what is required only. */
static const char *junit_word(const struct check *check) {
  if (check_holds(check)) return "";
  return check_undecided(check) || check_kind(check) == BONUS_POINTS ? "skipped" : "failure";
}

static void print_case(const struct check *check) {
  const char *word = junit_word(check);
  printf("  <testcase classname=\"part%c\" name=\"%s\">", check->part, check->name);
  if (*word) {
    printf("<%s message=\"", word);
    print_escaped(check->reason, escape_xml);
    printf("\"/>");
  }
  printf("</testcase>\n");
}

void print_junit(const struct score *score, const char *nothing) {
  (void)nothing;
  struct sum required = score_sum(score, 0, REQUIRED_POINTS), bonus = score_sum(score, 0, BONUS_POINTS);
  int skipped = required.undecided + bonus.checks - bonus.hold;
  printf("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuite name=\"lab\" tests=\"%d\" ",
         required.checks + bonus.checks);
  printf("failures=\"%d\" errors=\"0\" skipped=\"%d\">\n",
         required.checks - required.hold - required.undecided, skipped);
  for (size_t i = 0; i < score->count; i++) {
    if (score->checks[i].graded) print_case(&score->checks[i]);
  }
  printf("</testsuite>\n");
}
