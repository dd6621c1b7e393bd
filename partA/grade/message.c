#include "message.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "friends.h"

static char farewell[BOX_SENT][BOX_TEXT + 1]; /* without numbers */

/* A day or a month as the C library writes it. */
static bool is_of_a_date(const char *word, size_t length) {
  static const char names[] = "Sun Mon Tue Wed Thu Fri Sat Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec";
  for (const char *name = names; length == 3 && name < names + sizeof names; name += 4) {
    if (strncmp(name, word, length) == 0) return true;
  }
  return false;
}

/* The length of the command for a terminal that begins there, such as a colour. */
static size_t terminal_command(const char *text) {
  if (strncmp(text, "\033[", 2) != 0) return 0;
  size_t length = 2 + strspn(text + 2, "0123456789;");
  return length + (text[length] != '\0');
}

void forget_numbers(char *text) {
  char *end = text;
  for (char *word = text; *word;) {
    size_t length = 0, digits = 0;
    word += terminal_command(word);
    while (isalnum((unsigned char)word[length]) || word[length] == '_')
      digits += !!isdigit((unsigned char)word[length++]);
    if (length == 0 && *word) {
      if (*word != ' ' || word[1] != ' ') *end++ = *word;
      word++;
    } else if (digits || is_of_a_date(word, length)) {
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
    if (is_blank(line) || is_among(line, farewell[stream]) || is_among(line, MAIN_GOES_ON "\n")) continue;
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
      return ": your handler is installed; did it crash itself, or bring back the default action first? "
             "(Text "
             "of printf is kept back until the line ends, exit or fflush, and lost by a signal)";
    case ENDED_BY_EXIT:
      return ": your handler is installed, and ended it (text of printf is kept back until the line ends, "
             "exit or fflush, and lost by _exit)";
    case STOPPED_FOR_TIME:
    case STOPPED_FOR_OUTPUT:
    case STOPPED_FOR_MEMORY:
      return ": your handler loops, or it returns, and the crash happens again and again";
    case STOPPED_ASLEEP:
      return ": your handler sleeps, or waits for something";
    default:
      return "";
  }
}
