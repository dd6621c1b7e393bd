/* The strict mode of seccomp, in which a process may only read, write and exit,
 * and not even ask whether it is in that mode: so the library remembers. */
#include <stdarg.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "internal.h"

volatile bool strict_mode;

enum { MODE_STRICT = 1 }; /* SECCOMP_MODE_STRICT; musl brings no headers of the kernel */

__attribute__((visibility("default"))) int prctl(int option, ...) {
  unsigned long words[4];
  va_list arguments;
  va_start(arguments, option);
  for (int i = 0; i < 4; i++) words[i] = va_arg(arguments, unsigned long);
  va_end(arguments);
  int result = (int)syscall(SYS_prctl, option, words[0], words[1], words[2], words[3]);
  if (result == 0 && option == PR_SET_SECCOMP && words[0] == MODE_STRICT) strict_mode = true;
  return result;
}
