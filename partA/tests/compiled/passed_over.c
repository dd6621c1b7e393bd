// By: signal
// Options: core=1
// What: tried to write to address 0x0, which is NULL
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <unistd.h>

static struct sigaction passed_before;
static siginfo_t *passed_info;
static void *passed_context;
static sem_t passed_over;

static void hand_over(int number, siginfo_t *info, void *context) {
  (void)number;
  passed_info = info;
  passed_context = context;
  sem_post(&passed_over);
  for (;;) pause();
}

static void *crash_to_pass_over(void *address) {
  *(volatile int *)address = 1;
  return address;
}

/* Passes on the crash of another thread: to return from the library's handler is not to return there. */
int main(void) {
  struct sigaction ours = {.sa_sigaction = hand_over, .sa_flags = SA_SIGINFO};
  pthread_t thread;
  sem_init(&passed_over, 0, 0);
  sigaction(SIGSEGV, &ours, &passed_before);
  pthread_create(&thread, NULL, crash_to_pass_over, NULL);
  sem_wait(&passed_over);
  passed_before.sa_sigaction(SIGSEGV, passed_info, passed_context);
}
