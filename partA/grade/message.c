#include "message.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "friends.h"

static char farewell[BOX_SENT][BOX_TEXT + 1]; /* without numbers */

void forget_numbers(char *text) {
  char *end = text;
  for (char *word = text; *word;) {
    size_t length = 0, digits = 0;
    while (isalnum((unsigned char)word[length]) || word[length] == '_')
      digits += !!isdigit((unsigned char)word[length++]);
    if (length == 0) {
      *end++ = *word++;
    } else if (digits) {
      *end++ = '#';
      word += length;
    } else {
      memmove(end, word, length);
      end += length;
      word += length;
    }
  }
  *end = '\0';
}

/* What came when main had begun. */
static const char *since_main(const struct box_result *result, int stream) {
  const char *begins = strstr(result->streams[stream].text, MAIN_BEGINS);
  return begins ? begins + strlen(MAIN_BEGINS) : "";
}

void message_startup(const struct box_result *silent) {
  for (int i = BOX_OUT; silent && i <= BOX_ERR; i++) {
    strcpy(farewell[i], since_main(silent, i));
    forget_numbers(farewell[i]);
  }
}

static bool is_among(const char *line, const char *lines) {
  char copy[BOX_TEXT + 1];
  snprintf(copy, sizeof copy, "%s", line);
  forget_numbers(copy);
  size_t length = strlen(copy);
  for (; *lines; lines += strcspn(lines, "\n"), lines += *lines == '\n') {
    if (strcspn(lines, "\n") == length && strncmp(copy, lines, length) == 0) return true;
  }
  return false;
}

static bool is_blank(const char *text) {
  return text[strspn(text, " \t\r\n")] == '\0';
}

const char *friends_message(const struct box_result *result, int stream) {
  static char message[BOX_TEXT + 2];
  static char copy[BOX_TEXT + 1];
  size_t used = 0;
  strcpy(copy, since_main(result, stream));
  for (char *line = strtok(copy, "\n"); line; line = strtok(NULL, "\n")) {
    if (is_blank(line) || is_among(line, farewell[stream]) || is_among(line, "still here\n")) continue;
    used += (size_t)snprintf(message + used, sizeof message - used, "%s\n", line);
  }
  message[used] = '\0';
  return message;
}

bool has_message(const struct box_result *result) {
  return *friends_message(result, BOX_OUT) || *friends_message(result, BOX_ERR);
}

/* Is there a handler when main begins? */
static bool handler_is_installed(enum way way) {
  const struct box_result *asked = friends_ask(&(struct run){.way = way, .mode = "handler"});
  return !asked || strcmp(asked->streams[BOX_SENT].text, "none") != 0;
}

const char *friends_guess(enum way way, const struct box_result *result) {
  if (!handler_is_installed(way)) return ": when main begins, no handler for SIGSEGV is installed";
  switch (result->ending) {
    case ENDED_BY_SIGNAL:
      return ": your handler is installed; did it crash itself, or bring back the default action first?";
    case ENDED_BY_EXIT:
      return ": your handler is installed, and ended it (text of printf is kept back until exit or fflush, "
             "and lost by _exit)";
    case STOPPED_FOR_TIME:
    case STOPPED_FOR_OUTPUT:
    case STOPPED_FOR_MEMORY:
      return ": probably the same fault for ever (when a handler returns, the crash happens again)";
    case STOPPED_ASLEEP:
      return ": your handler waits for something";
    default:
      return "";
  }
}
