/* Prints what a healthy program could notice of the library: healthy.sh runs it
 * with and without, and compares. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static int allocations;

#ifdef __GLIBC__
extern void *__libc_malloc(size_t size);

/* Stands in for the C library's, for the libraries too. */
void *malloc(size_t size) {
  allocations++;
  return __libc_malloc(size);
}
#endif

static int sigchlds;

static void count_sigchld(int number) {
  (void)number;
  sigchlds++;
}

static void *thread(void *argument) {
  printf("thread: errno %d\n", errno);
  return argument;
}

static void print_signals(const char *when) {
  sigset_t mask;
  sigprocmask(SIG_BLOCK, NULL, &mask);
  printf("%s, blocked:", when);
  for (int number = 1; number < 32; number++) {
    if (sigismember(&mask, number)) printf(" %d", number);
  }
  printf("; handled:");
  for (int number = 1; number < 32; number++) {
    struct sigaction action;
    if (number != SIGSEGV && sigaction(number, NULL, &action) == 0 && action.sa_handler != SIG_DFL) {
      printf(" %d", number);
    }
  }
  printf("\n");
}

int main(void) {
  int error = errno, before_main = allocations;
  printf("errno %d, allocations before main %d\n", error, before_main);
  printf("rand %d %d, random %ld\n", rand(), rand(), random());
  for (int file = 0; file < 100; file++) {
    if (fcntl(file, F_GETFD) >= 0) printf("open: %d\n", file);
  }
  struct rlimit core;
  getrlimit(RLIMIT_CORE, &core);
  printf("core limit %llu, dumpable %d\n", (unsigned long long)core.rlim_cur, prctl(PR_GET_DUMPABLE));
  print_signals("at start");
  signal(SIGCHLD, count_sigchld);
  printf("children: %d\n", waitpid(-1, NULL, 0));
  before_main = allocations;
  pthread_t id;
  for (int i = 0; i < 3; i++) {
    if (pthread_create(&id, NULL, thread, NULL) != 0 || pthread_join(id, NULL) != 0) return 1;
  }
  printf("allocations for threads %d\n", allocations - before_main);
  print_signals("at the end");
  printf("children that ended: %d, timers %u\n", sigchlds, alarm(0));
  return 3;
}
