/* What is the same on every page: how it looks, and what its buttons and keys do. */
#ifndef SHOW_STYLE_H
#define SHOW_STYLE_H

extern const char page_top[], page_bottom[];

#endif
