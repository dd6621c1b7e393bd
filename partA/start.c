/* What the program is, as long as it is healthy. Not async-signal-safe. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

#include "internal.h"

struct at_start at_start;

void start_look_around(void) {
  const char *path = getauxval(AT_SECURE) ? NULL : getenv("PATH");
  const char *program = (const char *)getauxval(AT_EXECFN);
  const void *random = (const void *)getauxval(AT_RANDOM);
  copy_text(at_start.program_name, sizeof at_start.program_name, program_invocation_short_name);
  copy_text(at_start.program_path, sizeof at_start.program_path, program ? program : "");
  char *after_name = stpcpy(at_start.search_path, "PATH=");
  copy_text(after_name, sizeof at_start.search_path - strlen("PATH="), path ? path : "/usr/bin:/bin");
  if (random) memcpy(&at_start.random, random, sizeof at_start.random);
  at_start.on_stack = random;
  at_start.program_headers = (const void *)getauxval(AT_PHDR);
  at_start.program_header_count = (unsigned)getauxval(AT_PHNUM);
  at_start.standard_error_open = fcntl(STDERR_FILENO, F_GETFD) >= 0;
  at_start.secure = getauxval(AT_SECURE);
}
