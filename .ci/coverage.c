/* For the coverage configuration of the matrix, linked into every program and
 * library: processes that end without exit() would not write down what they have
 * run. --wrap sends these calls here first. */
#include <signal.h>
#include <unistd.h>

void __gcov_dump(void);
void __gcov_reset(void);
_Noreturn void __real__exit(int status);
int __real_raise(int number);
sighandler_t __real_signal(int number, sighandler_t handler);

/* It allocates: a program that has crashed with malloc's lock held would wait for ever. */
static void write_down(void) {
  sigset_t alarms, before;
  sigemptyset(&alarms);
  sigaddset(&alarms, SIGALRM);
  sighandler_t handler = __real_signal(SIGALRM, SIG_DFL);
  sigprocmask(SIG_UNBLOCK, &alarms, &before);
  alarm(5);
  __gcov_dump();
  __gcov_reset();
  alarm(0);
  sigprocmask(SIG_SETMASK, &before, NULL);
  __real_signal(SIGALRM, handler);
}

_Noreturn void __wrap__exit(int status) {
  write_down();
  __real__exit(status);
}

int __wrap_raise(int number) {
  write_down();
  return __real_raise(number);
}

/* Mostly to end by the default action. */
sighandler_t __wrap_signal(int number, sighandler_t handler) {
  write_down();
  return __real_signal(number, handler);
}
