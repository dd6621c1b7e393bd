/* What does the graded library's handler do at a first write? It is called by one of ours, which counts, and
 * is told of faults in it. That is no check of its own: it gives the words for those that end at a first
 * write. */
#include <signal.h>
#include <sys/mman.h>

#include "checks.h"

enum { MOST_CALLS = 20, STACK = 1 << 20 };

static struct sigaction theirs;
static const char *told = "";
static int calls, depth;

static void call_theirs(int signal_number, siginfo_t *info, void *context) {
  if (depth > 0) fail("your handler crashed itself (as does a write to the chunk before that is possible)");
  if (++calls > MOST_CALLS)
    fail(
        "your handler was called %d times for the same write, returned each time, and did not make it "
        "possible%s",
        MOST_CALLS, told);
  depth++;
  doing("was in your handler");
  if (theirs.sa_flags & SA_SIGINFO) {
    theirs.sa_sigaction(signal_number, info, context);
  } else {
    theirs.sa_handler(signal_number);
  }
  doing(RETURNED "%s", told);
  depth--;
}

/* On a stack of its own, so that a fault in their handler can be told, with SIGSEGV let through. What uses up
 * that stack in their handler ends the process. */
static void watch_handler(void) {
  stack_t stack = {.ss_size = STACK};
  stack.ss_sp = mmap(NULL, STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (stack.ss_sp == MAP_FAILED || sigaltstack(&stack, NULL) != 0)
    undecided("there is no memory for a stack");
  mprotect(stack.ss_sp, SMALL_PAGE, PROT_NONE);
  struct sigaction ours = {.sa_sigaction = call_theirs, .sa_flags = SA_SIGINFO | SA_NODEFER | SA_ONSTACK};
  sigemptyset(&ours.sa_mask);
  sigaction(SIGSEGV, &ours, NULL);
}

static void check_handler(void) {
  lab.startup();
  struct pair pair = new_pair(1);
  sigaction(SIGSEGV, NULL, &theirs);
  if (theirs.sa_handler == SIG_DFL) fail("after chunk_startup there is no handler for SIGSEGV");
  if (theirs.sa_handler == SIG_IGN) fail("after chunk_startup SIGSEGV is ignored");
  sigset_t blocked;
  sigprocmask(SIG_BLOCK, NULL, &blocked);
  if (sigismember(&blocked, SIGSEGV)) fail("SIGSEGV is blocked, so that no handler is called");
  if (!(theirs.sa_flags & SA_SIGINFO)) told = " (without SA_SIGINFO it is told no address)";
  watch_handler();
  doing("wrote to a lazy copy");
  pair.copy[1] = 0xA1;
  doing("wrote to the original of a lazy copy");
  pair.original[2] = 0xA1;
}

const struct check handler_question = {'B', ROBUST, "handler", check_handler, 0.5, ""};
