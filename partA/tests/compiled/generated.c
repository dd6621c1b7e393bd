// Needs: x86_64
// What: read from address 0x0, which is NULL
// Where: in code that is in no file, called from main at .*
#include <string.h>
#include <sys/mman.h>

int main(void) {
  static const char code[] = "\x50\x31\xc0\x8b\x00\x58\xc3"; /* push rax; eax = 0; eax = *rax; pop rax; ret */
  void *copy = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  memcpy(copy, code, sizeof code);
  ((void (*volatile)(void))copy)();  // here
  return 0;
}
