/* Prints again and again until somebody listens. */
#include <string.h>
#include <unistd.h>

static void insist(const char *message) {
  while (write(1, message, strlen(message)) < 0) continue;
}

#define PRINT(message) insist(message)
#include "../../handout/handout.c"
