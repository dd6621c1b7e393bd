/* Says nothing of a signal that was sent, and lets the program go on. */
#define WHEN_LOADED
#include "../../handout/handout.c"

static void look(int signal_number, siginfo_t *info, void *context) {
  (void)context;
  if (info->si_code > 0) handle_crash(signal_number);
}

__attribute__((constructor)) static void install(void) {
  struct sigaction action = {.sa_sigaction = look, .sa_flags = SA_SIGINFO};
  srand((unsigned)time(NULL));
  sigemptyset(&action.sa_mask);
  sigaction(SIGSEGV, &action, NULL);
}
