/* Faults that are not first writes to chunks. Whoever handled SIGSEGV before
 * gets them as if the library were not there. Where nobody did: test_misuse.c. */
#include <errno.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "support.h"

/* --- The handler that was there before --- */

static char *wall; /* a page that nobody may touch, until a handler opens it */
static volatile sig_atomic_t calls, problem;

static void make_wall(void) {
  wall = mmap(NULL, CHUNKSIZE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  CHECK(wall != MAP_FAILED);
}

static void open_wall(void) {
  mprotect(wall, CHUNKSIZE, PROT_READ | PROT_WRITE);
}

/* Installs the handler first and the library second. */
static void install_before(struct sigaction action) {
  skip_under_valgrind("valgrind does not go on after a fault that was repaired");
  CHECK(sigaction(SIGSEGV, &action, NULL) == 0);
  chunk_startup();
}

static void with_arguments(int signal_number, siginfo_t *info, void *context) {
  calls++;
  problem = signal_number != SIGSEGV || info->si_addr != wall + 5 || info->si_code != SEGV_ACCERR || !context;
  errno = 99;
  open_wall();
}

static void test_arguments(void) {
  make_wall();
  install_before((struct sigaction){.sa_sigaction = with_arguments, .sa_flags = SA_SIGINFO});
  char *chunk = new_block(1, 1), *copy = lazy_copy(chunk, 1);
  poke(copy, 1);
  CHECK(calls == 0);
  poke(wall + 5, 1);
  CHECK(calls == 1 && !problem && peek(wall + 5) == 1);
  poke(chunk, 1);
  CHECK(calls == 1);
}

static int blocked(int signal_number) {
  sigset_t mask;
  sigprocmask(SIG_SETMASK, NULL, &mask);
  return sigismember(&mask, signal_number);
}

/* Blocked inside: what its mask names and what was blocked before, no more; and
 * SIGSEGV itself if wanted. */
static int expect_segv_blocked;

static void look_at_mask(int signal_number) {
  (void)signal_number;
  calls++;
  if (!blocked(SIGUSR1) || !blocked(SIGHUP) || blocked(SIGUSR2) || blocked(SIGALRM)) problem = 1;
  if (blocked(SIGSEGV) != expect_segv_blocked) problem = 2;
  open_wall();
}

static void check_mask_inside(int flags) {
  make_wall();
  calls = problem = 0;
  expect_segv_blocked = !(flags & SA_NODEFER);
  struct sigaction action = {.sa_handler = look_at_mask, .sa_flags = flags};
  sigaddset(&action.sa_mask, SIGUSR1);
  install_before(action);
  sigset_t before;
  sigemptyset(&before);
  sigaddset(&before, SIGHUP);
  sigprocmask(SIG_BLOCK, &before, NULL);
  poke(wall, 1);
  CHECK(calls == 1 && problem == 0);
  CHECK(blocked(SIGHUP) && !blocked(SIGUSR1) && !blocked(SIGSEGV));
}

static void test_mask(void) {
  check_mask_inside(0);
}

static void test_nodefer(void) {
  check_mask_inside(SA_NODEFER);
}

/* A fault inside a SA_NODEFER handler comes to the handler again; not if it is a first write. */
static char *copy_for_handler;

static void fault_again(int signal_number) {
  (void)signal_number;
  calls++;
  poke(copy_for_handler, 7);
  if (calls < 3) poke(wall, 1);
  open_wall();
}

static void test_nested(void) {
  make_wall();
  install_before((struct sigaction){.sa_handler = fault_again, .sa_flags = SA_NODEFER});
  char *chunk = new_block(1, 1);
  copy_for_handler = lazy_copy(chunk, 1);
  poke(wall, 1);
  CHECK(calls == 3 && peek(copy_for_handler) == 7 && holds(chunk, 1, 1));
}

static void count_and_close(int signal_number) {
  (void)signal_number;
  if (++calls > 1) _exit(4);
  open_wall();
}

static void fault_twice(void *unused) {
  (void)unused;
  make_wall();
  install_before((struct sigaction){.sa_handler = count_and_close, .sa_flags = SA_RESETHAND});
  char *copy = lazy_copy(new_block(1, 1), 1);
  poke(wall, 1);
  poke(copy, 1); /* chunks still work */
  mprotect(wall, CHUNKSIZE, PROT_NONE);
  poke(wall, 1);
}

static void test_resethand(void) {
  CHECK(status_of_child(fault_twice, NULL) == DIED_BY_SIGSEGV);
}

/* A signal that was sent, not caused, has its sender in its arguments. */
static void take_sent(int signal_number, siginfo_t *info, void *context) {
  (void)context;
  calls++;
  problem = signal_number != SIGSEGV || info->si_code > 0 || info->si_pid != getpid();
}

static void test_sent(void) {
  install_before((struct sigaction){.sa_sigaction = take_sent, .sa_flags = SA_SIGINFO});
  raise(SIGSEGV);
  CHECK(calls == 1 && !problem);
  CHECK(kill(getpid(), SIGSEGV) == 0);
  CHECK(calls == 2 && !problem);
}

/* A sent signal may carry anything where a fault has its address. */
static void count_sent(int signal_number) {
  (void)signal_number;
  calls++;
}

static void test_sent_with_address(void) {
  install_before((struct sigaction){.sa_handler = count_sent});
  char *chunk = new_block(1, 1), *copy = lazy_copy(chunk, 1);
  poke(lazy_copy(chunk, 1), 1); /* the last fault was a write */
  size_t splits = stats().splits;
  siginfo_t info = {.si_signo = SIGSEGV, .si_code = SI_QUEUE};
  info.si_addr = copy;
  CHECK(syscall(SYS_rt_tgsigqueueinfo, getpid(), gettid(), SIGSEGV, &info) == 0);
  CHECK(calls == 1 && stats().splits == splits && holds(chunk, 1, 1));
}

/* --- A handler that is installed later --- */

static volatile sig_atomic_t solved;

static void ask_library(int signal_number, siginfo_t *info, void *context) {
  (void)signal_number;
  calls++;
  errno = 4712;
  if (chunk_handle_fault(info, context)) {
    solved++;
  } else {
    open_wall();
  }
  problem |= errno != 4712;
}

static void test_later_handler(void) {
  skip_without_sharing();
  make_wall();
  struct sigaction action = {.sa_sigaction = ask_library, .sa_flags = SA_SIGINFO};
  sigfillset(&action.sa_mask);
  sigdelset(&action.sa_mask, SIGSEGV);
  chunk_startup();
  CHECK(sigaction(SIGSEGV, &action, NULL) == 0);
  char *chunk = new_block(1, 1), *copy = lazy_copy(chunk, 1);
  poke(copy, 1);
  CHECK(calls == 1 && solved == 1 && holds(chunk, 1, 1));
  poke(wall, 1);
  CHECK(calls == 2 && solved == 1 && !problem);
  raise(SIGSEGV);
  CHECK(calls == 3 && solved == 1 && !problem);
}

static const struct test tests[] = {
    {"foreign_arguments", test_arguments, 20},
    {"foreign_mask", test_mask, 20},
    {"foreign_nodefer", test_nodefer, 20},
    {"foreign_nested", test_nested, 20},
    {"foreign_resethand", test_resethand, 20},
    {"foreign_sent", test_sent, 20},
    {"foreign_sent_with_address", test_sent_with_address, 20},
    {"foreign_later_handler", test_later_handler, 20},
};

RUN_TESTS(tests)
