/* Stops the other threads while the report is made: they must not call exit(0)
 * meanwhile, nor change what the report looks at. Async-signal-safe. */
#include <fcntl.h>
#include <stddef.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "internal.h"

pid_t thread_id(void) {
  return (pid_t)syscall(SYS_gettid);
}

/* An emulator has threads of its own, which are not ours to stop. qemu answers
 * for /proc/self/exe, as if the program ran by itself, but not for this thread's. */
static bool emulated(void) {
  static char names[2][256];
  ssize_t lengths[] = {readlink("/proc/self/exe", names[0], sizeof names[0]),
                       readlink("/proc/thread-self/exe", names[1], sizeof names[1])};
  return lengths[0] != lengths[1] || (lengths[0] > 0 && memcmp(names[0], names[1], (size_t)lengths[0]) != 0);
}

/* What getdents64 fills its buffer with. */
struct entry {
  uint64_t inode, offset;
  unsigned short length;
  unsigned char type;
  char name[];
};

static void stop(const char *name, int number) {
  pid_t id = 0;
  for (; *name >= '0' && *name <= '9'; name++) id = id * 10 + (*name - '0');
  if (id > 0 && id != thread_id()) syscall(SYS_tgkill, getpid(), id, number);
}

void park_other_threads(int number) {
  static _Alignas(struct entry) char buffer[4096];
  int directory = emulated() ? -1 : open("/proc/self/task", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (directory < 0) return;
  for (long got; (got = syscall(SYS_getdents64, directory, buffer, sizeof buffer)) > 0;) {
    for (long at = 0; at < got; at += ((struct entry *)(buffer + at))->length) {
      stop(((struct entry *)(buffer + at))->name, number);
    }
  }
  close(directory);
}
