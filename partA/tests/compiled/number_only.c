// What: number_only was stopped by SIGSEGV; its own handler passed on no more than that
// Where: main at .*
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void (*volatile before)(int);

/* As some languages do. The text is in memory that could be a siginfo_t. */
static void pass_on(int number, siginfo_t *info, void *context) {
  char note[200] = "";
  (void)info;
  (void)context;
  if (write(2, note, (size_t)snprintf(note, sizeof note, "a report of its own: %d\n", number)) > 0)
    before(number);
}

int main(void) {
  struct sigaction action = {.sa_sigaction = pass_on, .sa_flags = SA_SIGINFO | SA_ONSTACK}, old;
  sigaction(SIGSEGV, &action, &old);
  before = old.sa_handler;
  *(volatile int *)8 = 1;  // here
  return 0;
}
