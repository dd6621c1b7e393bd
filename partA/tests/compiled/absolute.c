// Needs: x86_64
// What: an address: 0x7478657420656854, in the instruction itself. The pointer holds the text "The text"
// Where: main at .*
int main(void) {
  long value;
  __asm__ volatile("movabs 0x7478657420656854, %%rax" : "=a"(value));  // here
  return (int)value;
}
