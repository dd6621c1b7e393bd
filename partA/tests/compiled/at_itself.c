// Needs: x86_64
// What: write to address 0x[0-9a-f]+, which is read-only. It is part of .*code of at_itself: a function
// Where: main at .*
int main(void) {
  __asm__ volatile("1: movb $0, 1b(%rip)");  // here
  return 0;
}
