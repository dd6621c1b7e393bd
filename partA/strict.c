/* The strict mode of seccomp, in which a process may only read, write and exit,
 * and not even ask whether it is in that mode: so the library remembers. (Writing
 * first, before any other call, would do without; but a pipe that is full and
 * that nobody reads would then keep the crashed program for ever.) */
#include <sys/syscall.h>

#include "internal.h"

volatile bool strict_mode;

enum { SET_SECCOMP = 22, MODE_STRICT = 1 }; /* musl brings no headers of the kernel */

/* The header's prctl has "..." instead, which passes the same registers. */
__attribute__((visibility("default"))) int prctl(int option, unsigned long a, unsigned long b,
                                                 unsigned long c, unsigned long d) {
  int result = (int)syscall(SYS_prctl, option, a, b, c, d);
  if (result == 0 && option == SET_SECCOMP && a == MODE_STRICT) strict_mode = true;
  return result;
}
