/* A picture of sharing: draws chunks and the memory behind them, step by step. */
#ifndef SHOW_H
#define SHOW_H

#include <stdbool.h>

/* Draws on standard output; with colours if that is a terminal and NO_COLOR is
 * not set. False if a chunk could not be made. */
bool show_sharing(void);

#endif
