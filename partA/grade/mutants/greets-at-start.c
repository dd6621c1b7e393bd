/* Greets from the constructor, as the lab's second step does, where output goes to a buffer that the end
 * drops. */
#include <string.h>
#include <unistd.h>

#define START \
  (srand((unsigned)time(NULL)), puts("Your library was loaded as it should be, before anything else."))
#define PRINT(message) (write(1, message, strlen(message)) < 0)
#define END _exit(128 + SIGSEGV)
#include "../../handout/handout.c"
