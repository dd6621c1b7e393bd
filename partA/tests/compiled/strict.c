// Needs: kernel_headers
// Where:
#include <linux/seccomp.h>
#include <sys/prctl.h>

int main(void) {
  prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT);
  volatile int *volatile nowhere = 0;
  *nowhere = 1;
  return 0;
}
