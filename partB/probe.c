/* Questions to the kernel about addresses. A touch of our own could be a signal; a
 * system call says EFAULT or ENOMEM instead. */
#include <errno.h>
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "internal.h"

#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23 /* Linux 5.14 */
#endif

/* Is something mapped at each of these pages? (MS_ASYNC does nothing else.) */
bool probe_is_mapped(const void *address, size_t size) {
  return msync((void *)(uintptr_t)address, size, MS_ASYNC) == 0;
}

/* May it be read? Asks for a change of the signal mask that there is not, by the set of
 * signals that lies there: the kernel reads it first. */
bool probe_is_readable(const void *address) {
  enum { SIZE = _NSIG / 8, NO_CHANGE = -1 };
  void *set = (void *)((uintptr_t)address & ~(uintptr_t)(SIZE - 1));
  return syscall(SYS_rt_sigprocmask, NO_CHANGE, set, NULL, SIZE) == 0 || errno != EFAULT;
}

/* May it be written, and is there memory for it? Asks to "or" a word with 0, which
 * changes nothing. */
bool probe_is_writable(const void *address) {
  uint32_t nobody = 0;
  void *word = (void *)((uintptr_t)address & ~(uintptr_t)3);
  int or_with_zero = FUTEX_OP(FUTEX_OP_OR, 0, FUTEX_OP_CMP_LT, 0);
  long result = syscall(SYS_futex, &nobody, FUTEX_WAKE_OP_PRIVATE, 0, NULL, word, or_with_zero);
  return result >= 0 || errno != EFAULT;
}

/* Has the kernel give memory to whole pages, all of which may be written: in one call,
 * or page by page before Linux 5.14. Says whether there was enough: to find that out by
 * writing would be a SIGBUS. */
bool probe_populate(void *address, size_t size) {
  if (madvise(address, size, MADV_POPULATE_WRITE) == 0) return true;
  if (errno != EINVAL) return false;
  size_t page = (size_t)sysconf(_SC_PAGESIZE);
  for (size_t at = 0; at < size; at += page) {
    if (!probe_is_writable((char *)address + at)) return false;
  }
  return true;
}
