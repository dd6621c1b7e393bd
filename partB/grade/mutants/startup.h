/* chunk_startup for the mutants that have a handler of their own, called handle. */
void chunk_startup(void) {
  struct sigaction action = {.sa_sigaction = handle, .sa_flags = SA_SIGINFO};
  sigemptyset(&action.sa_mask);
  sigaction(SIGSEGV, &action, NULL);
}
