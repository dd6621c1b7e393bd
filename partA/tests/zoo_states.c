/* The zoo's second house: crashes at the worst of moments. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <link.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "zoo.h"

static void crash(void) {
  int *pointer = at(0x55);
  CRASH(*pointer = 1);
}

static void on_signal(int number) {
  (void)number;
  crash();
}

static void blocked(void) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGSEGV);
  sigprocmask(SIG_BLOCK, &set, NULL);
  crash();
}

static void in_handler(void) {
  signal(SIGUSR1, on_signal);
  raise(SIGUSR1);
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

static void *wait_for_children(void *argument) {
  if (waitpid(-1, NULL, 0) >= 0) dprintf(2, "a child ended\n");
  return argument;
}

/* Somebody else waits for children and would notice those of the report. */
static void children_watched(void) {
  if (fork() == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    for (;;) pause();
  }
  struct sigaction action = {.sa_handler = say_child_ended};
  pthread_t thread;
  sigaction(SIGCHLD, &action, NULL);
  pthread_create(&thread, NULL, wait_for_children, NULL);
  usleep(10000);
  crash();
}

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
  if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0) {
    dprintf(2, "no seccomp here\n");
    _exit(77);
  }
}

static void no_process(void) {
  refuse(SYS_clone, EAGAIN);
  crash();
}

static void no_proc(void) {
  refuse(SYS_openat, ENOENT);
#ifdef SYS_readlink
  refuse(SYS_readlink, ENOENT);
#endif
  crash();
}

static void sandbox_kills(void) {
  refuse(SYS_openat, 0);
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
  limit(RLIMIT_NOFILE, 3, 3);
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

static void at_exit(void) {
  atexit(crash);
}

static int crash_in_destructor;

__attribute__((destructor)) static void in_last_breath(void) {
  if (crash_in_destructor) crash();
}

static void in_destructor(void) {
  crash_in_destructor = 1;
}

__attribute__((constructor)) static void before_main(void) {
  if (getenv("ZOO_CONSTRUCTOR")) crash();
}

/* Uses the stack up until only 8 KiB are left, then crashes. */
static void crash_deep(char *bottom) {
  volatile char here = 0;
  if ((uintptr_t)&here - (uintptr_t)bottom < 8192 + 512) {
    crash();
  } else {
    crash_deep(bottom);
  }
  here = 1;
}

static void *little_stack_left(void *argument) {
  pthread_attr_t attributes;
  void *bottom;
  size_t size;
  pthread_getattr_np(pthread_self(), &attributes);
  pthread_attr_getstack(&attributes, &bottom, &size);
  crash_deep(bottom);
  return argument;
}

static void little_stack(void) {
  pthread_t thread;
  pthread_create(&thread, NULL, little_stack_left, NULL);
  pthread_join(thread, NULL);
}

static void in_printf(void) {
  CRASH(printf("%s", (char *)at(0x55)));
}

static void in_strlen(void) {
  CRASH(if (strlen(at(0x55)) == 7) crash());
}

static int compare(const void *a, const void *b) {
  crash();
  return a < b;
}

static void in_callback(void) {
  int numbers[2] = {2, 1};
  qsort(numbers, 2, sizeof *numbers, compare);
}

/* Has malloc follow a list of free blocks that leads nowhere. */
static void in_malloc(void) {
#ifdef __GLIBC__
  uintptr_t *a = malloc(24), *b = malloc(24);
  uintptr_t *freed = opaque(b);
  free(a);
  free(b);
  *freed = 0x12345670 ^ (uintptr_t)freed >> 12;
  if (malloc(24)) CRASH(opaque(malloc(24)));
#else
  dprintf(2, "knows glibc's malloc only\n");
  _exit(77);
#endif
}

static int crash_for_object(struct dl_phdr_info *info, size_t size, void *data) {
  (void)info;
  (void)size;
  (void)data;
  crash();
  return 1;
}

/* The loader's lock is held during the callback. */
static void in_loader(void) {
  dl_iterate_phdr(crash_for_object, NULL);
}

static void *hold_locks(void *argument) {
  flockfile(stdout);
  flockfile(stderr);
  for (;;) pause();
  return argument;
}

static void streams_locked(void) {
  pthread_t thread;
  pthread_create(&thread, NULL, hold_locks, NULL);
  usleep(10000);
  crash();
}

static void *exit_soon(void *argument) {
  usleep(3000);
  exit(0);
  return argument;
}

static void exit_races(void) {
  pthread_t thread;
  pthread_create(&thread, NULL, exit_soon, NULL);
  crash();
}

static pthread_barrier_t barrier;

static void *crash_together(void *argument) {
  pthread_barrier_wait(&barrier);
  *(volatile int *)at(0x55) = 1;
  return argument;
}

static void together(void) {
  enum { THREADS = 8 };
  pthread_t thread;
  pthread_barrier_init(&barrier, NULL, THREADS);
  for (int i = 0; i < THREADS; i++) pthread_create(&thread, NULL, crash_together, NULL);
  for (;;) pause();
}

static void *crash_later(void *argument) {
  usleep(10000);
  crash();
  return argument;
}

static void main_thread_gone(void) {
  pthread_t thread;
  pthread_create(&thread, NULL, crash_later, NULL);
  pthread_exit(NULL);
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
  crash();
}

static void ignored(void) {
  raise(SIGSEGV);
  dprintf(2, "still here\n");
}

__attribute__((noinline)) static void stack_of_nonsense(void) {
  uintptr_t *frame = __builtin_frame_address(0);
  for (int i = 0; i < 64; i++) ((volatile uintptr_t *)frame)[i] = 0x4141414141414141 & UINTPTR_MAX;
  crash();
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

const struct animal states[] = {
    {"crash", crash},
    {"blocked", blocked},
    {"in_handler", in_handler},
    {"in_fork_child", in_fork_child},
    {"in_vfork_child", in_vfork_child},
    {"children_watched", children_watched},
    {"no_process", no_process},
    {"no_proc", no_proc},
    {"sandbox_kills", sandbox_kills},
    {"no_address_space", no_address_space},
    {"no_descriptors", no_descriptors},
    {"descriptors_used_up", descriptors_used_up},
    {"no_directory", no_directory},
    {"at_exit", at_exit},
    {"in_destructor", in_destructor},
    {"little_stack", little_stack},
    {"in_printf", in_printf},
    {"in_strlen", in_strlen},
    {"in_callback", in_callback},
    {"in_malloc", in_malloc},
    {"in_loader", in_loader},
    {"streams_locked", streams_locked},
    {"exit_races", exit_races},
    {"together", together},
    {"main_thread_gone", main_thread_gone},
    {"own_handler", own_handler},
    {"forwarded", forwarded},
    {"ignored", ignored},
    {"stack_of_nonsense", stack_of_nonsense},
    {"file_in_place_of_stderr", file_in_place_of_stderr},
    {NULL, NULL},
};
