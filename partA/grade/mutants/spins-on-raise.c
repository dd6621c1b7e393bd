/* Loops for ever where a signal was sent. */
#define WHEN_LOADED
#include "../../handout/handout.c"

static void look(int signal_number, siginfo_t *info, void *context) {
  (void)context;
  while (info->si_code <= 0) continue;
  handle_crash(signal_number);
}

__attribute__((constructor)) static void install(void) {
  struct sigaction action = {.sa_sigaction = look, .sa_flags = SA_SIGINFO};
  srand((unsigned)time(NULL));
  sigemptyset(&action.sa_mask);
  sigaction(SIGSEGV, &action, NULL);
}
