/* The zoo's third house: processes in a bad way. Signals, children, limits, sandboxes. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "zoo.h"

static void blocked(void) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGSEGV);
  sigprocmask(SIG_BLOCK, &set, NULL);
  crash();
}

static void child_crashes(pid_t child) {
  if (child == 0) crash();
  int status;
  waitpid(child, &status, 0);
  dprintf(2, "child: %d\n", WIFEXITED(status) ? WEXITSTATUS(status) : -1);
  crash();
}

static void in_fork_child(void) {
  child_crashes(fork());
}

static void in_vfork_child(void) {
  child_crashes(vfork());
}

static void say_child_ended(int number) {
  (void)number;
  if (write(2, "SIGCHLD\n", 8) < 0) _exit(1);
}

static void *wait_for_children(void *about_to) {
  uint64_t all =
      ~(uint64_t)0; /* else the report would stop this thread, by a signal that C libraries do not block */
  syscall(SYS_rt_sigprocmask, SIG_BLOCK, &all, NULL, sizeof all);
  pthread_barrier_wait(about_to);
  if (waitpid(-1, NULL, 0) >= 0) dprintf(2, "a child ended\n");
  return about_to;
}

/* Somebody else waits for children and would notice those of the report. */
static void children_watched(void) {
  pid_t parent = getpid();
  if (fork() == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    while (getppid() == parent) pause(); /* it may have ended before it was watched */
    _exit(0);
  }
  struct sigaction action = {.sa_handler = say_child_ended};
  static pthread_barrier_t about_to;
  pthread_t thread;
  sigaction(SIGCHLD, &action, NULL);
  pthread_barrier_init(&about_to, NULL, 2);
  pthread_create(&thread, NULL, wait_for_children, &about_to);
  pthread_barrier_wait(&about_to);
  crash();
}

#if __has_include(<linux/seccomp.h>)
#include <linux/filter.h>
#include <linux/seccomp.h>
/* From now on the system call fails with the error, or kills if error is 0. */
static void refuse(long number, int error) {
  struct sock_filter code[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)number, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, error ? SECCOMP_RET_ERRNO | (unsigned)error : SECCOMP_RET_KILL_PROCESS),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  struct sock_fprog program = {sizeof code / sizeof *code, code};
  prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0) _exit(77);
}
#else
static void refuse(long number, int error) {
  _exit(number || error ? 77 : 0);
}
#endif

static void no_process(void) {
  refuse(SYS_clone, EAGAIN);
  crash();
}

/* The C libraries differ in the call that opens files. */
static void refuse_to_open(int error) {
  refuse(SYS_openat, error);
#ifdef SYS_open
  refuse(SYS_open, error);
#endif
}

static void no_proc(void) {
  refuse_to_open(ENOENT);
#ifdef SYS_readlink
  refuse(SYS_readlink, ENOENT);
#endif
  crash();
}

static void no_proc_null_call(void) {
  void (*volatile nowhere)(void) = NULL;
  refuse_to_open(ENOENT);
  nowhere();
}

static void sandbox_kills(void) {
  refuse_to_open(0);
  crash();
}

/* Kills what makes pipes, which is the child that asks addr2line. */
static void sandbox_kills_child(void) {
  refuse(SYS_pipe2, 0);
#ifdef SYS_pipe
  refuse(SYS_pipe, 0);
#endif
  crash();
}

static void limit(int resource, rlim_t now, rlim_t most) {
  struct rlimit limits = {now, most};
  setrlimit(resource, &limits);
}

static void no_address_space(void) {
  limit(RLIMIT_AS, 4096, 4096);
  crash();
}

static void no_descriptors(void) {
  limit(RLIMIT_NOFILE, 0, 0);
  crash();
}

static void three_descriptors(void) {
  limit(RLIMIT_NOFILE, 3, 3);
  crash();
}

static void no_more_descriptors(void) {
  use_up_descriptors();
  crash();
}

/* Removes the program's file, if that has another name as well. */
static void deleted(void) {
  char name[1024] = "";
  struct stat status;
  if (readlink("/proc/self/exe", name, sizeof name - 1) < 0 || stat(name, &status) != 0) _exit(77);
  if (status.st_nlink < 2 || unlink(name) != 0) _exit(77);
  crash();
}

static void descriptors_used_up(void) {
  limit(RLIMIT_NOFILE, 3, 100);
  crash();
}

static void no_directory(void) {
  char name[] = "/tmp/zooXXXXXX";
  if (!mkdtemp(name) || chdir(name) != 0 || rmdir(name) != 0) _exit(77);
  crash();
}

static void own_word(int number) {
  (void)number;
  if (write(2, "the program's own handler\n", 26) < 0) _exit(1);
  _exit(7);
}

static void own_handler(void) {
  signal(SIGSEGV, own_word);
  crash();
}

static struct sigaction earlier;

static void forward(int number, siginfo_t *info, void *context) {
  earlier.sa_sigaction(number, info, context);
}

/* As lazycopy does: a handler in front of ours that passes on what is not its own. */
static void forwarded(void) {
  struct sigaction action = {.sa_sigaction = forward, .sa_flags = SA_SIGINFO};
  sigaction(SIGSEGV, &action, &earlier);
  *(volatile int *)at(0x55) = 1;
}

static void ignored(void) {
  raise(SIGSEGV);
  dprintf(2, "still here\n");
}

/* Says nothing before it crashes, so that a broken pipe meets the report first. */
static void silent(void) {
  *(volatile int *)at(0x55) = 1;
}

static void file_in_place_of_stderr(void) {
  char name[] = "/tmp/zooXXXXXX";
  int file = mkstemp(name);
  unlink(name);
  pid_t pid = fork();
  if (pid == 0) *(volatile int *)at(0x55) = 1;
  waitpid(pid, NULL, 0);
  printf("descriptor %d, %ld bytes written to it\n", file, (long)lseek(file, 0, SEEK_END));
}

const struct animal processes[] = {
    ANIMAL(blocked),
    ANIMAL(in_fork_child),
    ANIMAL(in_vfork_child),
    ANIMAL(children_watched),
    ANIMAL(no_process),
    ANIMAL(no_proc),
    ANIMAL(no_proc_null_call),
    ANIMAL(sandbox_kills),
    ANIMAL(sandbox_kills_child),
    ANIMAL(no_address_space),
    ANIMAL(no_descriptors),
    ANIMAL(descriptors_used_up),
    ANIMAL(three_descriptors),
    ANIMAL(no_more_descriptors),
    ANIMAL(deleted),
    ANIMAL(no_directory),
    ANIMAL(own_handler),
    ANIMAL(forwarded),
    ANIMAL(ignored),
    ANIMAL(silent),
    ANIMAL(file_in_place_of_stderr),
    {NULL, NULL},
};
