/* chunk_free frees nothing. */
#include "../../handout/handout.c"
#include "hooks.h"

int chunk_free(void *chunk) {
  return chunk ? 0 : -1;
}
