/* by_signal COMMAND [ARGUMENT...]: runs a command; succeeds if SIGSEGV ended it.
 * A shell cannot tell that from an exit with status 139. */
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char **argv) {
  int status = 0;
  if (argc < 2) return 2;
  if (fork() == 0) {
    execvp(argv[1], argv + 1);
    _exit(127);
  }
  wait(&status);
  return !(WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV);
}
