#include "show_steps.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const act_functions[ACTS] = {
    [ALLOC] = "chunk_alloc",       [LAZY] = "chunk_copy_lazy",  [EAGER] = "chunk_copy_eager",
    [SNAPSHOT] = "chunk_snapshot", [RESTORE] = "chunk_restore", [PIN] = "chunk_pin",
    [UNPIN] = "chunk_unpin",       [FREE] = "chunk_free"};

static const char *const words[ACTS] = {
    [ALLOC] = "alloc", [LAZY] = "lazy",   [EAGER] = "eager", [SNAPSHOT] = "snapshot", [RESTORE] = "restore",
    [PIN] = "pin",     [UNPIN] = "unpin", [FREE] = "free",   [READ] = "read",         [WRITE] = "write"};

const char default_steps[] = "a = alloc; b = lazy a; c = lazy b; write b; write c; write a; free b";

static const char *const default_remarks[] = {
    "", "", "  a copy of the copy", "  one is written", "  so is another", "  and the last", ""};

enum { MOST_WORDS = 5, LONGEST_WORD = 15 };

/* What is known of the chunks while the steps are read. */
struct reading {
  struct steps *steps;
  bool live[MOST_CHUNKS], named_byte[MOST_CHUNKS];
  int other_bytes;
  const char *complaint;
};

/* "b = lazy a" as five words. Returns how many; MOST_WORDS + 1 for more. */
static int split_words(const char *text, size_t length, char found[MOST_WORDS][LONGEST_WORD + 1]) {
  int count = 0;
  size_t used = 0;
  for (size_t i = 0; i <= length; i++) {
    bool equals = i < length && text[i] == '=';
    bool blank = i == length || strchr(" \t\n", text[i]) != NULL;
    if (used > 0 && (blank || equals)) {
      count++;
      used = 0;
    }
    if (blank) continue;
    if (count == MOST_WORDS || used == LONGEST_WORD) return MOST_WORDS + 1;
    found[count][used++] = text[i];
    found[count][used] = '\0';
    if (equals) {
      count++;
      used = 0;
    }
  }
  return count;
}

static enum act find_act(const char *word) {
  int act = 0;
  while (act < ACTS && strcmp(word, words[act]) != 0) act++;
  return (enum act)act;
}

static int complain(struct reading *reading, const char *complaint) {
  if (!reading->complaint) reading->complaint = complaint;
  return NONE;
}

/* The number of the chunk with a name; a new one if it is about to be made. */
static int name_chunk(struct reading *reading, const char *name, bool to_be_made) {
  struct steps *steps = reading->steps;
  if (name[0] < 'a' || name[0] > 'z' || name[1])
    return complain(reading, "a chunk is named by a letter, a to z");
  int chunk = 0;
  while (chunk < steps->chunks && steps->names[chunk] != name[0]) chunk++;
  if (chunk == MOST_CHUNKS) return complain(reading, "at most 8 chunks can be drawn");
  bool live = chunk < steps->chunks && reading->live[chunk];
  if (live && to_be_made) return complain(reading, "the chunk is there already");
  if (!live && !to_be_made) return complain(reading, "the chunk is not there");
  if (chunk == steps->chunks) steps->names[steps->chunks++] = name[0];
  reading->live[chunk] = true;
  reading->named_byte[chunk] &= !to_be_made;
  return chunk;
}

/* The chunk's letter at first, if it is not there yet; then X, Y, Z, U, V, W, and again. */
static unsigned char choose_byte(struct reading *reading, int chunk) {
  if (reading->named_byte[chunk]) return (unsigned char)"XYZUVW"[reading->other_bytes++ % 6];
  reading->named_byte[chunk] = true;
  return (unsigned char)(reading->steps->names[chunk] - 'a' + 'A');
}

static size_t read_offset(struct reading *reading, const char *word) {
  char *end;
  unsigned long offset = strtoul(word, &end, 10);
  if (word[0] < '0' || word[0] > '9' || *end || offset >= BYTES) complain(reading, "an offset is 0 to 65535");
  return offset;
}

/* The step in C. */
static void write_text(const struct steps *steps, struct step *step) {
  char chunk = steps->names[step->chunk], source = step->source == NONE ? ' ' : steps->names[step->source];
  const char *function = act_functions[step->act];
  size_t size = sizeof step->text;
  if (step->act == ALLOC) {
    snprintf(step->text, size, "%c = %s();  %c[0] = '%c';", chunk, function, chunk, step->value);
  } else if (step->act == WRITE) {
    snprintf(step->text, size, "%c[%zu] = '%c';", chunk, step->offset, step->value);
  } else if (step->act == READ) {
    snprintf(step->text, size, "byte = %c[%zu];", chunk, step->offset);
  } else if (step->act == RESTORE) {
    snprintf(step->text, size, "%s(%c, %c);", function, chunk, source);
  } else if (step->source != NONE) {
    snprintf(step->text, size, "%c = %s(%c);", chunk, function, source);
  } else {
    snprintf(step->text, size, step->act == FREE ? "%s(%c);" : "%s(%c, CHUNKSIZE);", function, chunk);
  }
}

static void read_step(struct reading *reading, char word[MOST_WORDS][LONGEST_WORD + 1], int count) {
  struct step step = {.source = NONE};
  bool makes = count >= 3 && strcmp(word[1], "=") == 0;
  step.act = count < 2 || count > MOST_WORDS ? ACTS : find_act(word[makes ? 2 : 0]);
  bool copies = step.act == LAZY || step.act == EAGER || step.act == SNAPSHOT;
  bool touches = step.act == READ || step.act == WRITE;
  int arguments = copies ? 4 : step.act == ALLOC || step.act == RESTORE ? 3 : 2;
  if (step.act == ACTS || makes != act_makes(step.act) || (count != arguments && !(touches && count == 3))) {
    complain(reading, "not a step such as: a = alloc; b = lazy a; write b; read a; free b");
    return;
  }
  if (copies) step.source = name_chunk(reading, word[3], false);
  if (step.act == RESTORE) step.source = name_chunk(reading, word[2], false);
  step.chunk = name_chunk(reading, word[makes ? 0 : 1], makes);
  if (touches && count == 3) step.offset = read_offset(reading, word[2]);
  if (reading->steps->count == MOST_STEPS) complain(reading, "at most 40 steps can be shown");
  if (reading->complaint) return;
  if (step.act == ALLOC || step.act == WRITE) step.value = choose_byte(reading, step.chunk);
  if (step.act == FREE) reading->live[step.chunk] = false;
  write_text(reading->steps, &step);
  reading->steps->list[reading->steps->count++] = step;
}

bool steps_read(const char *text, struct steps *steps, char *why, size_t size) {
  *steps = (struct steps){0};
  struct reading reading = {.steps = steps};
  for (const char *at = text; *at;) {
    size_t length = strcspn(at, ";");
    char word[MOST_WORDS][LONGEST_WORD + 1];
    int count = split_words(at, length, word);
    if (count > 0) read_step(&reading, word, count);
    at += strspn(at, " \t\n");
    length = strcspn(at, ";");
    if (reading.complaint) {
      snprintf(why, size, "'%.*s': %s", (int)(length < 60 ? length : 60), at, reading.complaint);
      return false;
    }
    at += length + (at[length] == ';');
  }
  for (int i = 0; text == default_steps && i < steps->count; i++) {
    strcat(steps->list[i].text, default_remarks[i]);
  }
  if (steps->count == 0) snprintf(why, size, "no steps");
  return steps->count > 0;
}
