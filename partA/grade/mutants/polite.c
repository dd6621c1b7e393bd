/* The same with care: write and _exit, standard error, no rand, whole messages. */
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

static unsigned choose(void) {
  unsigned number = 0;
  getrandom(&number, sizeof number, 0);
  return number % 10;
}

static void say(const char *message) {
  if (write(2, message, strlen(message)) < 0) _exit(1);
}

#define START (void)0
#define CHOICE choose()
#define PRINT(message) say(message)
#define END _exit(128 + SIGSEGV)
#include "../../handout/handout.c"
