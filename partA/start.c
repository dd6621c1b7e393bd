/* What the program is, as long as it is healthy. Not async-signal-safe. */
#include <errno.h>
#include <stdlib.h>
#include <sys/auxv.h>
#include <sys/syscall.h>

#include "internal.h"

struct at_start at_start;

/* Whose rights this process has, and which files it sees. Mounts have other numbers in each mount namespace.
 */
static void look_at_standing(struct standing *standing) {
  enum { INODE_AND_MOUNT = 0x1100 };
  uint32_t version[] = {0x20080522, 0};
  uint64_t root[32] = {0}; /* a struct statx */
  memset(standing, 0, sizeof *standing);
  getresuid(&standing->users[0], &standing->users[1], &standing->users[2]);
  getresgid(&standing->groups[0], &standing->groups[1], &standing->groups[2]);
  syscall(SYS_capget, version, standing->capabilities);
  syscall(SYS_statx, AT_FDCWD, "/", 0, INODE_AND_MOUNT, root);
  standing->root[0] = root[4], standing->root[1] = root[17], standing->root[2] = root[18];
}

bool start_is_long_ago(void) {
  static struct standing now;
  look_at_standing(&now);
  return now.users[0] != now.users[1] || now.groups[0] != now.groups[1] ||
         memcmp(&now, &at_start.standing, sizeof now) != 0;
}

/* Only directories that are the same wherever the program goes, and in full. */
static void copy_search_path(const char *path) {
  char *start = stpcpy(at_start.search_path, "PATH="), *end = start;
  for (size_t length; *path; path += length + (path[length] == ':')) {
    length = strcspn(path, ":");
    size_t room = (size_t)(at_start.search_path + sizeof at_start.search_path - end);
    if (*path != '/' || length + sizeof ":" > room) continue;
    if (end > start) *end++ = ':';
    end = (char *)memcpy(end, path, length) + length;
  }
  if (end == start) strcpy(start, "/usr/bin:/bin");
}

void start_look_around(void) {
  const char *path = getauxval(AT_SECURE) ? NULL : getenv("PATH");
  const char *program = (const char *)getauxval(AT_EXECFN);
  const void *random = (const void *)getauxval(AT_RANDOM);
  copy_text(at_start.program_name, sizeof at_start.program_name, program_invocation_short_name);
  copy_text(at_start.program_path, sizeof at_start.program_path, program ? program : "");
  copy_search_path(path ? path : "");
  if (!getcwd(at_start.directory, sizeof at_start.directory)) at_start.directory[0] = 0;
  look_at_standing(&at_start.standing);
  if (random) memcpy(&at_start.random, random, sizeof at_start.random);
  at_start.on_stack = random;
  at_start.program_headers = (const void *)getauxval(AT_PHDR);
  at_start.program_header_count = (unsigned)getauxval(AT_PHNUM);
  at_start.standard_error_open = fcntl(STDERR_FILENO, F_GETFD) >= 0;
  at_start.secure = getauxval(AT_SECURE);
}
