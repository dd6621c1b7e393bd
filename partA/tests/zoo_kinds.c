/* The zoo's first house: bad pointers, bad jumps, bad instructions, and signals that were sent. */
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "zoo.h"

static volatile int sink;

static void null_read(void) {
  int *pointer = at(0);
  CRASH(sink = *pointer);
}

static void null_write(void) {
  int *pointer = at(0);
  CRASH(*pointer = 1);
}

static void null_struct(void) {
  struct {
    char before[200];
    int member;
  } *pointer = at(0);
  CRASH(pointer->member = 1);
}

static void null_negative(void) {
  int *pointer = at(0);
  CRASH(pointer[-2] = 1);
}

static void null_call(void) {
  void (*function)(void) = (void (*)(void))(uintptr_t)at(0);
  CRASH(function());
}

static void minus_one(void) {
  char *pointer = at(UINTPTR_MAX);
  CRASH(*pointer = 1);
}

static void jump_to_data(void) {
  void (*function)(void) = (void (*)(void))(uintptr_t)opaque(calloc(1, 100));
  CRASH(function());
}

static void jump_to_nowhere(void) {
  void (*function)(void) = (void (*)(void))(uintptr_t)at(0x12345000);
  CRASH(function());
}

/* Overwrites the return address, as a string too long for a local array would. */
static void return_to(uintptr_t target) {
  uintptr_t *frame = opaque(__builtin_frame_address(0));
#ifdef __riscv
  frame[-1] = target;
#else
  frame[1] = target;
#endif
}

/* Leaves the pointer just below the stack pointer, as a function would that had kept it in a register. */
static void jump_with_remains(void) {
  void *target = opaque(calloc(1, 100));
#ifdef __x86_64__
  CRASH(__asm__ volatile("sub $128,%%rsp; push %0; push %0; push %0; add $24,%%rsp; call *%0" ::"r"(target)));
#else
  CRASH(((void (*)(void))(uintptr_t)target)());
#endif
}

static void smashed_return(void) {
  return_to(0x12345000);
}

static void smashed_return_text(void) {
  return_to((uintptr_t)0x4141414141414141);
}

static void unmapped(void) {
  char *pointer = at(0x12345678);
  CRASH(*pointer = 1);
}

static void text_pointer(void) {
  char *pointer = at(0x44434241);
  CRASH(*pointer = 1);
}

static void wild_text(void) {
  int *pointer = at(0x4141414141414141);
  CRASH(*pointer = 1);
}

static void wild_number(void) {
  int *pointer = at(0xdeadbeefdeadbeef);
  CRASH(*pointer = 1);
}

/* The byte after the instruction could be read as telling of an address in rdi. */
static void privileged(void) {
#if defined(__x86_64__)
  CRASH(__asm__ volatile("hlt; .byte 7" ::"D"(0xdeadbeefdeadbeef)));
#elif defined(__i386__)
  CRASH(__asm__ volatile("hlt"));
#endif
}

static void stack_pointer_lost(void) {
#ifdef __x86_64__
  CRASH(__asm__ volatile("mov %0, %%rsp; ret" ::"r"(0xdeadbeefdeadbeef)));
#endif
}

/* The processor was asked to refuse unaligned accesses. */
static void only_aligned(void) {
#ifdef __x86_64__
  int *pointer = at(0);
  CRASH(__asm__ volatile("pushf; orl $0x40000, (%rsp); popf"); *pointer = 1);
#endif
}

static void raised(void) {
  CRASH(raise(SIGSEGV));
}

static void raised_without_descriptors(void) {
  use_up_descriptors();
  CRASH(raise(SIGSEGV));
}

static void killed(void) {
  if (fork() == 0) {
    kill(getppid(), SIGSEGV);
    _exit(0);
  }
  pause();
}

static void by_timer(void) {
  struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGSEGV};
  struct itimerspec soon = {.it_value = {0, 1000000}};
  timer_t timer;
  for (int i = 0; i < 2; i++) timer_create(CLOCK_MONOTONIC, &event, &timer); /* their numbers begin with 0 */
  timer_settime(timer, 0, &soon, NULL);
  for (;;) pause();
}

/* What the kernel sends when the shadow stack disagrees about a return address. */
static void protection(void) {
  siginfo_t info = {.si_signo = SIGSEGV, .si_code = 10};
  syscall(SYS_rt_tgsigqueueinfo, getpid(), getpid(), SIGSEGV, &info);
}

static void divided(void) {
  volatile int zero = 0;
  CRASH(sink = 100 / zero);
}

static void trapped(void) {
  CRASH(__builtin_trap());
}

static void aborted(void) {
  CRASH(abort());
}

const struct animal kinds[] = {
    ANIMAL(null_read),
    ANIMAL(null_write),
    ANIMAL(null_struct),
    ANIMAL(null_negative),
    ANIMAL(null_call),
    ANIMAL(minus_one),
    ANIMAL(jump_to_data),
    ANIMAL(jump_to_nowhere),
    ANIMAL(jump_with_remains),
    ANIMAL(smashed_return),
    ANIMAL(smashed_return_text),
    ANIMAL(unmapped),
    ANIMAL(text_pointer),
    ANIMAL(wild_text),
    ANIMAL(wild_number),
    ANIMAL(privileged),
    ANIMAL(stack_pointer_lost),
    ANIMAL(only_aligned),
    ANIMAL(raised),
    ANIMAL(raised_without_descriptors),
    ANIMAL(killed),
    ANIMAL(by_timer),
    ANIMAL(protection),
    ANIMAL(divided),
    ANIMAL(trapped),
    ANIMAL(aborted),
    {NULL, NULL},
};
