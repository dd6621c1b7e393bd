/* The page's words on what happened inside a write that met protected memory. */
#ifndef SHOW_INSIDE_H
#define SHOW_INSIDE_H

#include "show_frames.h"

/* Nothing, if the step is no such write. */
void put_inside(const struct steps *steps, const struct step *step, const struct moment *before,
                const struct moment *now, const struct layout *layout_before, const struct layout *layout);

#endif
