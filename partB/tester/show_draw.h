/* Draws chunks, the frames behind them, and lines from one to the other. */
#ifndef SHOW_DRAW_H
#define SHOW_DRAW_H

#include "show_frames.h"

void draw_sharing(const struct steps *steps, const struct moment *moment, const struct layout *layout,
                  bool colour);

#endif
