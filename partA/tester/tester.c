/* The lab's program: announces itself and crashes. It names nothing of
 * libletsbefriends: that the library is linked is enough. */
#include <stdio.h>

int main(void) {
  int *volatile nowhere = (int *)0x55;
  puts("I am an awful program, and I am about to crash.");
  fflush(stdout); /* into a pipe, the words would wait in a buffer that a crash throws away */
  *nowhere = 42;
}
