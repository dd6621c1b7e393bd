/* A colour has a number, and a message of one word follows at once. */
#include <stdio.h>
#include <string.h>

static void say(const char *message) {
  printf("\033[31m%.*s\033[0m\n", (int)strcspn(message, " "), message);
}

#define PRINT(message) say(message)
#include "../../handout/handout.c"
