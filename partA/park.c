/* Stops the other threads while the report is made: they must not call exit(0)
 * meanwhile, nor change what the report looks at. */
#define _FILE_OFFSET_BITS 64 /* a struct dirent is what getdents64 writes */
#include <dirent.h>
#include <sys/syscall.h>

#include "internal.h"

pid_t thread_id(void) {
  return (pid_t)syscall(SYS_gettid);
}

/* Not by the C library's pause, in which threads are cancelled. */
void wait_for_the_end(int number) {
  uint64_t all = ~(uint64_t)0;
  (void)number;
  for (;;) syscall(SYS_rt_sigsuspend, &all, sizeof all);
}

/* An emulator has threads of its own, which are not ours to stop. qemu answers
 * for /proc/self/exe, as if the program ran by itself, but not for this thread's. */
static bool emulated(void) {
  static char names[2][256];
  ssize_t lengths[] = {readlink("/proc/self/exe", names[0], sizeof names[0]),
                       readlink("/proc/thread-self/exe", names[1], sizeof names[1])};
  return lengths[0] != lengths[1] || (lengths[0] > 0 && memcmp(names[0], names[1], (size_t)lengths[0]) != 0);
}

/* Servers block all signals in most of their threads. This one the C libraries
 * keep for themselves, and let no program block it. */
enum { UNBLOCKED = 33, RESTORER = 0x04000000 };

static void stop(const char *name, pid_t process, pid_t thread) {
  pid_t id = (pid_t)take_number(&name, 10);
  if (id > 0 && id != thread) syscall(SYS_tgkill, process, id, UNBLOCKED);
}

/* The signal's handler, as the kernel wants it: the C library would refuse. It
 * never returns, so that nobody misses the restorer; where the kernel knows
 * none, the mask is in its place. */
static bool handle_unblocked(void) {
  struct {
    void (*handler)(int);
    unsigned long flags, restorer;
    uint64_t mask;
  } action = {wait_for_the_end, SA_ONSTACK | RESTORER, ~0ul, ~(uint64_t)0};
  return syscall(SYS_rt_sigaction, UNBLOCKED, &action, NULL, sizeof action.mask) == 0;
}

void park_other_threads(pid_t process, pid_t thread) {
  static _Alignas(struct dirent) char buffer[4096];
  char path[64] = "/proc/";
  strcpy(stpcpy(path + strlen("/proc/"), number_text((uintptr_t)process, 10)), "/task");
  if (emulated() || !handle_unblocked()) return;
  int directory = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  for (long got; (got = syscall(SYS_getdents64, directory, buffer, sizeof buffer)) > 0;) {
    for (long at = 0; at < got; at += ((struct dirent *)(buffer + at))->d_reclen) {
      stop(((struct dirent *)(buffer + at))->d_name, process, thread);
    }
  }
  close(directory);
}
