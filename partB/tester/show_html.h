/* Writes to the page that is open. */
#ifndef SHOW_HTML_H
#define SHOW_HTML_H

#include <stddef.h>
#include <stdio.h>

extern FILE *page;

__attribute__((format(printf, 1, 2))) void put(const char *format, ...);

/* Text, in which some signs mean something to a browser. */
void put_text(const char *text, size_t length);

/* The attributes begin with a space, or are empty; the text is put as put_text does. */
void put_element(const char *element, const char *attributes, const char *text);

#endif
