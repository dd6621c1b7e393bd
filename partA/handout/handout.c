/* The lab's plain answer for partA, and the base of the mutants: each defines one
 * of the names below and includes this file. SPOILER: the handout's own way, in
 * half a page; libletsbefriends.so shows what it leaves to be desired. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

/* How many messages there are; at most ten. */
#ifndef MESSAGES
#define MESSAGES 10
#endif

/* What the constructor does first. */
#ifndef START
#define START srand((unsigned)time(NULL))
#endif

/* Which message it is. */
#ifndef CHOICE
#define CHOICE (rand() % MESSAGES)
#endif

/* How it is printed. */
#ifndef PRINT
#define PRINT(message) puts(message)
#endif

/* What the handler does in the end. */
#ifndef END
#define END exit(128 + SIGSEGV)
#endif

/* What marks the function that installs the handler. */
#ifndef WHEN_LOADED
#define WHEN_LOADED __attribute__((constructor))
#endif

static const char *const messages[10] = {"Everybody crashes now and then.",
                                         "You are closer than you think.",
                                         "A bug found is a bug half fixed.",
                                         "Have a cup of tea, then a debugger.",
                                         "This address is unknown, your talent is not.",
                                         "Pointers are hard, and you are harder.",
                                         "Tomorrow you will laugh about it.",
                                         "The next one will run.",
                                         "Even the kernel had bad days.",
                                         "Keep going, friend."};

static void handle_crash(int signal_number) {
  (void)signal_number;
  PRINT(messages[CHOICE]);
  END;
}

WHEN_LOADED void be_friends(void);

WHEN_LOADED void be_friends(void) {
  struct sigaction action = {.sa_handler = handle_crash};
  START;
  sigemptyset(&action.sa_mask);
  sigaction(SIGSEGV, &action, NULL);
}
