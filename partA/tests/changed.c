/* changed KIND [DIRECTORY]: changes something about itself that decides who may read a report, or what a
 * report may open, then crashes through a pointer that holds text; security.sh runs it. */
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { NOBODY = 65534 };

static int drop_capabilities(void) {
  uint32_t version[] = {0x20080522, 0}, none[6] = {0};
  return (int)syscall(SYS_capset, version, none);
}

static int pivot(const char *directory) {
  if (unshare(CLONE_NEWNS) != 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0) return -1;
  if (mount(directory, directory, NULL, MS_BIND | MS_REC, NULL) != 0 || chdir(directory) != 0) return -1;
  return (int)syscall(SYS_pivot_root, ".", ".");
}

/* Standard error becomes one end of a connection; what comes out of the other goes where it went before. */
static int become_server(void) {
  int ends[2], status;
  char text[4096];
  if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0) return -1;
  pid_t pid = fork();
  if (pid == 0) {
    close(ends[0]);
    return dup2(ends[1], 2) < 0;
  }
  close(ends[1]);
  for (ssize_t got; (got = read(ends[0], text, sizeof text)) > 0;) {
    if (write(2, text, (size_t)got) != got) return -1;
  }
  waitpid(pid, &status, 0);
  _exit(WIFEXITED(status) ? WEXITSTATUS(status) : 1);
}

static int change(const char *kind, const char *directory) {
  if (strcmp(kind, "nothing") == 0) return 0;
  if (strcmp(kind, "chroot") == 0) return chroot(directory);
  if (strcmp(kind, "chroot_thread") == 0) return unshare(CLONE_FS) != 0 || chroot(directory) != 0;
  if (strcmp(kind, "chroot_and_user") == 0) return chroot(directory) != 0 || seteuid(NOBODY) != 0;
  if (strcmp(kind, "pivot_root") == 0) return pivot(directory);
  if (strcmp(kind, "namespace") == 0) return unshare(CLONE_NEWNS);
  if (strcmp(kind, "user_namespace") == 0) return unshare(CLONE_NEWUSER);
  if (strcmp(kind, "user") == 0) return setuid(NOBODY);
  if (strcmp(kind, "effective_user") == 0) return seteuid(NOBODY);
  if (strcmp(kind, "saved_user") == 0) return setresuid(-1, -1, NOBODY);
  if (strcmp(kind, "group") == 0) return setgid(NOBODY);
  if (strcmp(kind, "effective_group") == 0) return setegid(NOBODY);
  if (strcmp(kind, "file_user") == 0) return (int)syscall(SYS_setfsuid, NOBODY);
  if (strcmp(kind, "capabilities") == 0) return drop_capabilities();
  if (strcmp(kind, "directory") == 0) return chdir(directory);
  if (strcmp(kind, "server") == 0) return become_server();
  if (strcmp(kind, "secrets") == 0) return prctl(PR_SET_DUMPABLE, 0);
  return -1;
}

int main(int argc, char **argv) {
  volatile uintptr_t text = 0x64636261; /* "abcd" */
  if (argc < 2 || change(argv[1], argc > 2 ? argv[2] : "") != 0) {
    perror(argc > 1 ? argv[1] : "changed");
    return 77;
  }
  *(volatile int *)text = 1; /* here */
  return 0;
}
