// Needs: x86_64
// What: address: 0x6f66207478657420, in the function pointer that was called. The pointer holds the text
// Where: main at .*
#include <string.h>

static struct {
  char name[8];
  int (*compare)(void);
} * shape;

int main(void) {
  static union {
    char text[32];
    __typeof__(*shape) shape;
  } there;
  strcpy(there.text, "too much text for it");
  shape = &there.shape;
  __asm__ volatile("call *8(%0)" : : "r"(shape));  // here
  return 0;
}
