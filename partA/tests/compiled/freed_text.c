// Needs: glibc 2.32
// What: which is not mapped. The pointer looks like what free leaves in a block
// Where: main at .*
#include <stdint.h>
#include <unistd.h>

/* Has it no other bytes than characters that can be printed? */
static int is_text(uintptr_t value) {
  for (; value > 0; value >>= 8) {
    if ((value & 0xff) < ' ' || (value & 0xff) > '~') return 0;
  }
  return 1;
}

/* What free would leave in a block, if the next one lay somewhere in a large heap: one that looks like text,
 * for which the heap must lie well, as it does in one of a few processes. */
int main(int argc, char **argv) {
  enum { LARGE = 1 << 30 };
  uintptr_t start = (uintptr_t)sbrk(LARGE), left = 0;
  if (start == UINTPTR_MAX || argc > 200) return 77;
  for (uintptr_t next = start; next < start + LARGE; next += 16) {
    left = next ^ next >> 12;
    if (is_text(left)) break;
  }
  if (!is_text(left)) {
    char *again[202] = {argv[0]};
    for (int i = 1; i <= argc; i++) again[i] = argv[0];
    execv("/proc/self/exe", again);
  }
  return *(volatile char *)left;  // here
}
