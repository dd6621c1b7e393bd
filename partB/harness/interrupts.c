#include "interrupts.h"

#include <stddef.h>

static const int SIGNALS[] = {SIGINT, SIGTERM, SIGHUP};
enum { COUNT = sizeof SIGNALS / sizeof *SIGNALS };

static struct sigaction before[COUNT];
static volatile sig_atomic_t came; /* the signal, or 0 */

static void note(int signal_number) {
  came = signal_number;
}

void interrupts_note(void) {
  struct sigaction action = {.sa_handler = note};
  sigemptyset(&action.sa_mask);
  came = 0;
  for (size_t i = 0; i < COUNT; i++) {
    sigaction(SIGNALS[i], NULL, &before[i]);
    if (before[i].sa_handler != SIG_IGN) sigaction(SIGNALS[i], &action, NULL);
  }
}

bool interrupts_came(void) {
  return came != 0;
}

void interrupts_forget(void) {
  for (size_t i = 0; i < COUNT; i++) sigaction(SIGNALS[i], &before[i], NULL);
  came = 0;
}

void interrupts_deliver(void) {
  int signal_number = came;
  interrupts_forget();
  if (signal_number) raise(signal_number);
}
