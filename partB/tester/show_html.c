#include "show_html.h"

#include <stdarg.h>
#include <string.h>

FILE *page;

void put(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  vfprintf(page, format, arguments);
  va_end(arguments);
}

void put_text(const char *text, size_t length) {
  for (size_t i = 0; i < length && text[i]; i++) {
    const char *name = text[i] == '<' ? "&lt;" : text[i] == '>' ? "&gt;" : text[i] == '&' ? "&amp;" : NULL;
    if (name) {
      fputs(name, page);
    } else {
      fputc(text[i] == '\n' || text[i] == '\t' || (text[i] >= ' ' && text[i] <= '~') ? text[i] : '?', page);
    }
  }
}

void put_element(const char *element, const char *attributes, const char *text) {
  put("<%s%s>", element, attributes);
  put_text(text, strlen(text));
  put("</%s>\n", element);
}
