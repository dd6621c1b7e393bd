/* Part A: what a program says when it crashes. README.md beside this file tells
 * what to build. So far this is a library that does nothing. It needs
 *
 * 1. at least eight kind messages,
 * 2. a handler for SIGSEGV, which prints one of them and ends the program,
 * 3. a function that the loader calls before main, which installs the handler. */
#include <signal.h>
